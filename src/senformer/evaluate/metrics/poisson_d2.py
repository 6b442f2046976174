"""Share of the Poisson deviance that is explained, per track (``METRICS["poisson_d2"]``).

Source: Hastie, Tibshirani and Wainwright 2015, Statistical Learning with Sparsity, equation 3.11.
"""

import numpy as np
from scipy.special import xlogy

from senformer.evaluate.metrics.pearson import Moments
from senformer.evaluate.metrics.poisson_deviance import PoissonDeviance


class PoissonD2(PoissonDeviance):
    """``1 - deviance from the predictions / deviance from the mean target``; the unit cancels out.

    1 is perfect, 0 as good as the mean, below 0 worse. NaN also where the targets are constant.
    """

    def result(self) -> Moments:
        """Return the share explained per track; NaN where there is none."""
        lost, total, logs = self._sums
        means = np.divide(total, self.n, out=np.ones(self.n_tracks), where=self.n > 0)
        left = 2 * (logs - xlogy(total, means))
        varies = (self.n > 1) & ~self.is_outside & (self._low[1] < self._high[1]) & (left > 0)
        return 1 - np.divide(lost, left, out=np.full(self.n_tracks, np.nan), where=varies)
