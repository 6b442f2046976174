"""Differences between two tables of tracks, one assay after the other in plain pandas."""

import numpy as np
from scipy.stats import rankdata


def mean_differences(first, other, metric):
    """Return (assay, tracks, mean of other - first) for all tracks and each assay."""
    both = first[["assay", metric]].assign(other=other[metric]).dropna()
    gaps = both["other"] - both[metric]
    rows = [("all", len(gaps), gaps.mean())]
    for assay in sorted(set(first["assay"].replace("", "unknown"))):
        mine = gaps[both["assay"].replace("", "unknown") == assay]
        rows.append((assay, len(mine), mine.mean()))
    return rows


def exact_signed_rank_p(gaps):
    """Return the two-sided p of the signed-rank test by trying all signs; no zeros, no ties."""
    ranks = rankdata(np.abs(gaps))
    signs = np.array(np.meshgrid(*[[0, 1]] * len(gaps))).reshape(len(gaps), -1)
    sums = ranks @ signs
    seen = ranks[np.asarray(gaps) > 0].sum()
    return min(1.0, 2 * min((sums <= seen).mean(), (sums >= seen).mean()))
