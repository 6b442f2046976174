"""Cells that hold about equally many values of each track: what ranks are counted in where they are many.

The edges are quantiles of some windows, chosen before anything is counted, so that all parts and processes
count in the same cells and their counts add up.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32

Values = Float[np.ndarray, "value track"]


@dataclass(frozen=True)
class Grid:
    """Ascending edges of the cells of both sides; cell k holds ``edges[k-1] <= x < edges[k]``.

    Attributes
    ----------
    prediction, target
        One fewer than there are cells. Equal edges (a value that many bins share) make empty cells.
    """

    prediction: Float32[np.ndarray, "track edge"]
    target: Float32[np.ndarray, "track edge"]

    @property
    def n_cells(self) -> int:
        """Cells of each side."""
        return self.prediction.shape[1] + 1

    @property
    def n_tracks(self) -> int:
        """Tracks that have cells."""
        return len(self.prediction)


def make_grid(prediction: Values, target: Values, n_cells: int) -> Grid:
    """Return cells that hold equal shares of these values; where a target is NaN neither side counts."""
    edges = np.zeros((2, prediction.shape[1], n_cells - 1), np.float32)
    for track in range(prediction.shape[1]):
        known = ~np.isnan(target[:, track])
        if known.any():
            for side, values in enumerate((prediction, target)):
                edges[side, track] = _edges(values[known, track].astype(np.float32), n_cells - 1)
    return Grid(*edges)


def _edges(values: Float32[np.ndarray, " value"], n_edges: int) -> Float32[np.ndarray, " edge"]:
    """Return quantiles; a value that fills a cell, zero most often, gets one that holds nothing else."""
    found = _quantiles(values, n_edges)
    heavy = np.unique(found[1:][found[1:] == found[:-1]])[: n_edges // 2]
    if not len(heavy):
        return found
    own = np.concatenate([heavy, np.nextafter(heavy, np.float32(np.inf))])
    rest = values[~np.isin(values, heavy)]
    n_left = n_edges - len(own)
    others = _quantiles(rest, n_left) if len(rest) else np.full(n_left, own.max(), np.float32)
    return np.sort(np.concatenate([own, others]))


def _quantiles(values: Float32[np.ndarray, " value"], n: int) -> Float32[np.ndarray, " edge"]:
    # A value that was seen, and not one between two: an edge then never parts equal values.
    return np.quantile(values, np.arange(1, n + 1) / (n + 1), method="higher")


def is_single(edges: Float32[np.ndarray, " edge"]) -> Bool[np.ndarray, " cell"]:
    """Say of each cell whether no two different float32 values are in it."""
    found = np.zeros(len(edges) + 1, bool)
    found[1:-1] = edges[1:] <= np.nextafter(edges[:-1], np.float32(np.inf))
    return found


def cells(edges: Float32[np.ndarray, "track edge"], values: Values) -> Int32[np.ndarray, "track value"]:
    """Return the cell of every value."""
    columns = np.ascontiguousarray(values.T, dtype=np.float32)
    found = np.empty(columns.shape, np.int32)
    for row, limits, place in zip(columns, edges, found, strict=True):
        # Sorting first costs less than the branches that a search of unsorted values mispredicts.
        order = row.argsort()
        place[order] = limits.searchsorted(row[order], side="right")
    return found
