"""Area under the precision-recall curve per track, as average precision (``METRICS["auprc"]``).

Source: Davis and Goadrich 2006, doi:10.1145/1143844.1143874 (why steps, and not straight lines).
"""

import numpy as np
from jaxtyping import Float64
from scipy.special import digamma

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

    @classmethod
    def _worst(
        cls, positives: Float64[np.ndarray, " distinct"], negatives: Float64[np.ndarray, " distinct"]
    ) -> float:
        """Return the metric where within each score the negatives come first, then one positive by one.

        The k-th of p positives has the precision (f + k) / (t + k), f positives and t values before them all;
        the sum is p - (t - f)(digamma(t + p + 1) - digamma(t + 1)).
        """
        p, n = positives[::-1], negatives[::-1]
        found, taken = np.cumsum(p) - p, np.cumsum(p + n) - p
        precisions = p - (taken - found) * (digamma(taken + p + 1) - digamma(taken + 1))
        return float(precisions.sum() / positives.sum())
