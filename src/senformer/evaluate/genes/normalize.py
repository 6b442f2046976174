"""Tables of expression made comparable between tracks: standardized, or quantile-normalized and centered.

Both take a table of genes and tracks that may have gaps, and give one of the same shape.

Source: Bolstad et al. 2003, doi:10.1093/bioinformatics/19.2.185 (quantile normalization); the metric of
specificity is the one that Calico's evaluation scripts take within an assay (idea only).
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64
from scipy.stats import rankdata

Table = Float64[np.ndarray, "gene track"]


def standardize(values: Table) -> Table:
    """Return values less their track's mean, over its standard deviation; NaN where a track is constant."""
    found = np.full(values.shape, np.nan)
    for track in range(values.shape[1]):
        known = ~np.isnan(values[:, track])
        column = values[known, track]
        if len(column) and column.min() < column.max():
            found[known, track] = (column - column.mean()) / column.std()
    return found


def quantile_normalize(values: Table) -> Table:
    """Return values that have one distribution in every track: the mean over tracks of their quantiles.

    A value becomes the mean quantile at its own rank; ties share that of their mean rank. A track with gaps
    gives its quantiles by linear interpolation, and gets its own number of them.
    """
    n_genes, n_tracks = values.shape
    grid = np.linspace(0.0, 1.0, n_genes)
    total, n_counted = np.zeros(n_genes), 0
    for track in range(n_tracks):
        column = values[:, track][~np.isnan(values[:, track])]
        if len(column):
            total += np.interp(grid, _quantiles(np.arange(len(column)), len(column)), np.sort(column))
            n_counted += 1
    reference = total / max(n_counted, 1)
    found = np.full(values.shape, np.nan)
    for track in range(n_tracks):
        known = ~np.isnan(values[:, track])
        ranks = rankdata(values[known, track]) - 1
        found[known, track] = np.interp(_quantiles(ranks, int(known.sum())), grid, reference)
    return found


def specific(values: Table, classes: Sequence[str]) -> Table:
    """Return how far each gene is above its mean over tracks, after quantile normalization.

    Parameters
    ----------
    values
        Logarithmic expression.
    classes
        The class of each track (its assay): tracks are normalized to one another, and means are taken, within
        a class alone.
    """
    found = np.full(values.shape, np.nan)
    for name in dict.fromkeys(classes):
        mine = np.array([one == name for one in classes])
        part = quantile_normalize(values[:, mine])
        known = ~np.isnan(part)
        n = known.sum(axis=1)
        mean = np.where(known, part, 0.0).sum(axis=1) / np.maximum(n, 1)
        gaps = part - mean[:, None]
        # Of equal values rounding leaves a little, which is no difference between tracks.
        size = np.abs(np.where(known, part, 0.0)).max(axis=1, initial=0.0)[:, None]
        found[:, mine] = np.where(np.abs(gaps) <= 1e-12 * size, 0.0, gaps)
    return found


def _quantiles(ranks: np.ndarray, n: int) -> np.ndarray:
    """Return ranks from 0 as fractions of the way to the last; a single value stands in the middle."""
    return ranks / (n - 1) if n > 1 else np.full(len(ranks), 0.5)
