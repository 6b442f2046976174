"""Mean squared error per track, in the units of the values (``METRICS["mse"]``)."""

import numpy as np

from senformer.evaluate.metrics.pearson import Moments, PearsonSums


class Mse(PearsonSums):
    """Mean of the squared difference of prediction and target; NaN without data."""

    def result(self) -> Moments:
        """Return the error per track."""
        return np.divide(self.squared_error, self.n, out=np.full(self.n_tracks, np.nan), where=self.n > 0)
