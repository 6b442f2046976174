"""Correlations of two matrices row by row; a value that either side lacks counts on neither.

Genes are few enough to be held at once, so that ranks are exact. Used across genes and across tracks.
"""

import numpy as np
from jaxtyping import Bool, Float64
from scipy.stats import rankdata

# Two values always correlate by 1 or -1, which says nothing.
FEWEST = 3
_ROWS = 256

Matrix = Float64[np.ndarray, "row value"]
Rows = Float64[np.ndarray, " row"]


def pearson_rows(x: Matrix, y: Matrix) -> Rows:
    """Return Pearson's r of each row of ``x`` and ``y``.

    NaN where fewer than three values are there on both sides, or one side is constant.
    """
    found = np.full(len(x), np.nan)
    for first in range(0, len(x), _ROWS):
        rows = slice(first, first + _ROWS)
        found[rows] = _pearson(x[rows], y[rows])
    return found


def spearman_rows(x: Matrix, y: Matrix) -> Rows:
    """Return Spearman's rho of each row: Pearson's r of ranks, those of ties averaged; NaN as above."""
    missing = np.isnan(x) | np.isnan(y)
    ranks = []
    for values in (x, y):
        kept = np.where(missing, np.nan, values)
        # Ranking around gaps goes row by row and is slow; most tables have none.
        has_gap = missing.any(axis=1)
        rank = np.full(kept.shape, np.nan)
        if not has_gap.all():
            rank[~has_gap] = rankdata(kept[~has_gap], axis=1)
        for row in np.flatnonzero(has_gap & ~missing.all(axis=1)):
            rank[row, ~missing[row]] = rankdata(kept[row, ~missing[row]])
        ranks.append(rank)
    return pearson_rows(*ranks)


def _pearson(x: Matrix, y: Matrix) -> Rows:
    known = ~(np.isnan(x) | np.isnan(y))
    n = known.sum(axis=1)
    dx, dy = (_deviations(values, known, n) for values in (x, y))
    products = np.einsum("rv,rv->r", dx, dy)
    spread = np.sqrt(np.einsum("rv,rv->r", dx, dx)) * np.sqrt(np.einsum("rv,rv->r", dy, dy))
    defined = (n >= FEWEST) & ~_is_constant(x, known) & ~_is_constant(y, known) & (spread > 0)
    r = np.full(len(x), np.nan)
    np.divide(products, spread, out=r, where=defined)
    return np.clip(r, -1.0, 1.0)


def _deviations(values: Matrix, known: Bool[np.ndarray, "row value"], n: np.ndarray) -> Matrix:
    kept = np.where(known, values, 0.0)
    kept -= (kept.sum(axis=1) / np.maximum(n, 1))[:, None]
    kept[~known] = 0.0
    return kept


def _is_constant(values: Matrix, known: Bool[np.ndarray, "row value"]) -> Bool[np.ndarray, " row"]:
    """Extremes and not the variance: that of a constant is rounding noise."""
    low = np.where(known, values, np.inf).min(axis=1, initial=np.inf)
    high = np.where(known, values, -np.inf).max(axis=1, initial=-np.inf)
    return low >= high
