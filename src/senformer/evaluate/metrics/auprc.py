"""Area under the precision-recall curve per track, as average precision (``METRICS["auprc"]``).

Source: Davis and Goadrich 2006, doi:10.1145/1143844.1143874 (why steps, and not straight lines).
"""

import numpy as np
from jaxtyping import Float64

from senformer.evaluate.ranked import RankedScores


class Auprc(RankedScores):
    """Mean over the positives of the precision at their score; of scores without skill the positive fraction.

    The curve's steps are not interpolated: a straight line between two of its points would be too high.
    NaN where a track lacks positives or negatives.
    """

    @staticmethod
    def _of(
        positives: Float64[np.ndarray, " distinct"], negatives: Float64[np.ndarray, " distinct"]
    ) -> float:
        found, taken = np.cumsum(positives[::-1]), np.cumsum((positives + negatives)[::-1])
        return float(positives[::-1] @ (found / taken) / positives.sum())
