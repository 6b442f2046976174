"""How well the bins with most of a window's counts are found, per track (``METRICS["profile_auprc"]``).

Source: Avsec et al. 2021, doi:10.1038/s41588-021-00782-6 (BPNet), at single-bin resolution.
"""

import numpy as np
from jaxtyping import Float

from senformer.evaluate.metrics.auprc import Auprc
from senformer.evaluate.metrics.pearson import Tracks

POSITIVE_SHARE, NEGATIVE_SHARE = 0.015, 0.005
# A window needs so many counts that a share of a positive bin is more than a read or two.
MOST_LEFT_OUT = 2.5 / POSITIVE_SHARE


class ProfileAuprc(Auprc):
    """Average precision of telling a window's high bins from its low ones by their predicted share.

    A bin is a positive with 1.5 % of the window's counts or more and a negative with less than 0.5 %; those
    between are left out, and so are windows with 166 counts or fewer. Bins of all windows are ranked
    together. Targets are counts, unscaled.
    """

    def add(
        self,
        prediction: Float[np.ndarray, "*window bin track"],
        target: Float[np.ndarray, "*window bin track"],
        tracks: Tracks = slice(None),
    ) -> "ProfileAuprc":
        """Count further windows in place; bins whose target is NaN are left out of both profiles."""
        masked = np.isnan(target)
        x, y = (np.where(masked, 0.0, side.astype(np.float64)) for side in (prediction, target))
        totals = y.sum(axis=-2, keepdims=True)
        share = np.divide(y, totals, out=np.zeros_like(y), where=totals > MOST_LEFT_OUT)
        labels = np.where(share >= POSITIVE_SHARE, 1.0, np.where(share < NEGATIVE_SHARE, 0.0, np.nan))
        labels[masked | np.broadcast_to(totals <= MOST_LEFT_OUT, labels.shape)] = np.nan
        sums = x.sum(axis=-2, keepdims=True)
        super().add(np.divide(x, sums, out=np.zeros_like(x), where=sums > 0), labels, tracks)
        return self
