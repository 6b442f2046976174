"""Coefficient of determination per track (``METRICS["r2"]``)."""

import numpy as np

from senformer.evaluate.metrics.pearson import Moments, PearsonSums


class R2(PearsonSums):
    """One less the squared error over that of the target's own mean.

    It is not the square of Pearson's r: a prediction of the wrong size or level is worse than its correlation
    says, and one that is worse than the mean is below zero. NaN where the target is constant or there are
    fewer than two values.
    """

    def result(self) -> Moments:
        """Return R2 per track."""
        defined = (self.n > 1) & (self._low[1] < self._high[1])
        lost = np.full(self.n_tracks, np.nan)
        np.divide(
            self.squared_error, self.target_squares, out=lost, where=defined & (self.target_squares > 0)
        )
        return 1.0 - lost
