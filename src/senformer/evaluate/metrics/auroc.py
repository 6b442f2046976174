"""Area under the receiver operating characteristic per track (``METRICS["auroc"]``).

Source: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747 (the area as a rank statistic).
"""

import numpy as np
from jaxtyping import Float64

from senformer.evaluate.ranked import RankedScores


class Auroc(RankedScores):
    """Probability that a positive scores higher than a negative, ties counted half; exact.

    NaN where a track lacks positives or negatives.
    """

    @staticmethod
    def _of(
        positives: Float64[np.ndarray, " distinct"], negatives: Float64[np.ndarray, " distinct"]
    ) -> float:
        below = np.cumsum(negatives) - negatives
        won = positives @ (below + negatives / 2)
        return float(won / (positives.sum() * negatives.sum()))
