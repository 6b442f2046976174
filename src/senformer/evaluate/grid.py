"""Cells that hold about equally many values of each track: what ranks are counted in where they are many.

The edges are quantiles of some windows, chosen before anything is counted, so that all parts and processes
count in the same cells and their counts add up.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int32

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
    shares = np.arange(1, n_cells) / n_cells
    for track in range(prediction.shape[1]):
        known = ~np.isnan(target[:, track])
        if known.any():
            for side, values in enumerate((prediction, target)):
                # A value that was seen, and not one between two: an edge then never parts equal values.
                edges[side, track] = np.quantile(values[known, track], shares, method="higher")
    return Grid(*edges)


def cells(edges: Float32[np.ndarray, "track edge"], values: Values) -> Int32[np.ndarray, "track value"]:
    """Return the cell of every value."""
    columns = np.ascontiguousarray(values.T, dtype=np.float32)
    found = np.empty(columns.shape, np.int32)
    for track, (row, limits) in enumerate(zip(columns, edges, strict=True)):
        found[track] = np.searchsorted(limits, row, side="right")
    return found
