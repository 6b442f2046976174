"""Spearman's rank correlation per track: exact, or counted in cells with a bound (``METRICS["spearman"]``).

Source: Spearman 1904; with ties, Pearson's r of the mean ranks (Kendall and Gibbons 1990, section 3.8).
"""

from concurrent.futures import Executor

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int64, UInt32
from scipy.stats import rankdata

from senformer.evaluate.grid import Grid, cells, is_single
from senformer.evaluate.metrics.pearson import Moments, Tracks

# Tracks at a time: what is made of them stays small, and a thread has enough to do.
_TRACKS = 128

Counts = Float64[np.ndarray, "cell cell"]


class Spearman:
    """All pairs of values, float32, until they are ranked: exact, 8 bytes a value."""

    def __init__(self, n_tracks: int) -> None:
        self.n_tracks = n_tracks
        # For each call: which tracks, predictions and targets. Joined when they are asked for.
        self._parts: list[Float32[np.ndarray, "2 value track"]] = []

    def add(
        self,
        prediction: Float[np.ndarray, "*any track"],
        target: Float[np.ndarray, "*any track"],
        tracks: Tracks = slice(None),
    ) -> "Spearman":
        """Count further values in place; where the target is NaN neither side is counted."""
        if prediction.shape != target.shape:
            raise ValueError(f"predictions {prediction.shape} and targets {target.shape} differ in shape")
        columns = np.arange(self.n_tracks)[tracks]
        n_values = prediction.size // max(len(columns), 1)
        part = np.full((2, n_values, self.n_tracks), np.nan, np.float32)
        for side, values in enumerate((prediction, target)):
            part[side][:, columns] = values.reshape(n_values, len(columns))
        self._parts.append(part)
        return self

    def __add__(self, other: "Spearman") -> "Spearman":
        """Return the values of the union of two disjoint sets."""
        if not isinstance(other, Spearman) or other.n_tracks != self.n_tracks:
            raise ValueError("only ranks over the same number of tracks can be added")
        total = type(self)(self.n_tracks)
        total._parts = [*self._parts, *other._parts]
        return total

    @property
    def state(self) -> Float32[np.ndarray, "2 value track"]:
        """All values so far as one array."""
        empty = np.empty((2, 0, self.n_tracks), np.float32)
        self._parts = [np.concatenate([empty, *self._parts], axis=1)]
        return self._parts[0]

    @classmethod
    def from_state(cls, state: Float32[np.ndarray, "2 value track"]) -> "Spearman":
        """Return the values that :attr:`state` was taken of."""
        found = cls(state.shape[2])
        found._parts = [state]
        return found

    @property
    def n(self) -> Int64[np.ndarray, " track"]:
        """Values counted per track."""
        return (~np.isnan(self.state[1])).sum(axis=0).astype(np.int64)

    @property
    def is_constant(self) -> np.ndarray:
        """Tracks with data whose predictions or targets are all one value: no correlation exists."""
        prediction, target = self.state
        known = ~np.isnan(target)
        found = np.zeros(self.n_tracks, bool)
        for track in np.flatnonzero(known.any(axis=0)):
            sides = (side[known[:, track], track] for side in (prediction, target))
            found[track] = any((values == values[0]).all() for values in sides)
        return found

    def result(self) -> Moments:
        """Return rho per track; NaN where it has none (constant or fewer than two values)."""
        prediction, target = self.state
        found = np.full(self.n_tracks, np.nan)
        for track in range(self.n_tracks):
            known = ~np.isnan(target[:, track])
            if known.sum() > 1:
                ranks = [rankdata(side[known, track]) for side in (prediction, target)]
                found[track] = _correlation(*(rank - rank.mean() for rank in ranks))
        return found

    def bound(self) -> Moments:
        """Return how far off the result may be: nothing, where there is one."""
        return np.where((self.n < 2) | self.is_constant, np.nan, 0.0)


class SpearmanCells:
    """Counts of pairs in the cells of a grid; values of one cell are taken for equal.

    4 bytes a pair of cells and track, however many values. The result has a bound (:meth:`bound`) that no
    order of the values within the cells breaks; with 128 cells of equal shares it is below 0.016, and the
    error itself far smaller: the values within a cell are rarely all in the worst order.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid, self.n_tracks = grid, grid.n_tracks
        self.state: UInt32[np.ndarray, "track pair"] = np.zeros((grid.n_tracks, grid.n_cells**2), np.uint32)
        self._found: Float64[np.ndarray, "2 track"] | None = None

    def add(
        self,
        prediction: Float[np.ndarray, "*any track"],
        target: Float[np.ndarray, "*any track"],
        pool: Executor | None = None,
    ) -> "SpearmanCells":
        """Count further values of all tracks in place; where the target is NaN neither side is counted.

        Threads of a ``pool`` count blocks of tracks at once.
        """
        x, y = (values.reshape(-1, self.n_tracks) for values in (prediction, target))
        self._found = None

        def count(first: int) -> None:
            tracks = slice(first, first + _TRACKS)
            self._add_block(x[:, tracks], y[:, tracks], tracks)

        for _ in (map if pool is None else pool.map)(count, range(0, self.n_tracks, _TRACKS)):
            pass
        return self

    def _add_block(
        self, x: Float[np.ndarray, "value some"], y: Float[np.ndarray, "value some"], tracks: slice
    ) -> None:
        state = self.state[tracks]
        pairs = cells(self.grid.prediction[tracks], x).astype(np.int64) * self.grid.n_cells
        pairs += cells(self.grid.target[tracks], y)
        pairs += self.grid.n_cells**2 * np.arange(len(state))[:, None]
        masked = np.isnan(y.T)
        counted = pairs[~masked] if masked.any() else pairs.ravel()
        np.add.at(state.reshape(-1), counted, np.uint32(1))

    def __add__(self, other: "SpearmanCells") -> "SpearmanCells":
        """Return the counts of the union of two disjoint sets of values, counted in the same cells."""
        if not isinstance(other, SpearmanCells) or self.state.shape != other.state.shape:
            raise ValueError("only counts in the same cells can be added")
        return self.from_state(self.state + other.state, self.grid)

    @classmethod
    def from_state(cls, state: UInt32[np.ndarray, "track pair"], grid: Grid) -> "SpearmanCells":
        """Return the counts that :attr:`state` was taken of."""
        found = cls.__new__(cls)
        found.grid, found.n_tracks, found.state, found._found = grid, grid.n_tracks, state, None
        return found

    def result(self) -> Moments:
        """Return rho per track, values within a cell tied; NaN where it has none."""
        return self._both()[0].copy()

    def bound(self) -> Moments:
        """Return how far the result of all values, exactly ranked, may be from :meth:`result`."""
        return self._both()[1].copy()

    def _both(self) -> Float64[np.ndarray, "2 track"]:
        """Return rho and bound, found together, once after the last values."""
        if self._found is None:
            found = [self._of(track) for track in range(self.n_tracks)]
            self._found = np.array(found, dtype=np.float64).reshape(-1, 2).T
        return self._found

    def _of(self, track: int) -> tuple[float, float]:
        counts = self.state[track].reshape(self.grid.n_cells, -1).astype(np.float64)
        edges = (self.grid.prediction[track], self.grid.target[track])
        return _of_counts(counts, [is_single(side) for side in edges])


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return the correlation of centered values; NaN where one side is constant."""
    spread = np.sqrt(x @ x) * np.sqrt(y @ y)
    return float(np.clip(x @ y / spread, -1, 1)) if spread > 0 else np.nan


def _of_counts(counts: Counts, single: list[Bool[np.ndarray, " cell"]]) -> tuple[float, float]:
    """Return rho of tied cells, and how far from it the rho of any order within the cells can be.

    With R = M + e, M the mean rank of a value's cell and e what its rank deviates from it, e sums to zero
    over every cell and its squares sum to at most E = sum((c^3 - c) / 12) over cells of c values. So the
    products of e_x and M_y see only what M_y varies within cells of x, and Cauchy-Schwarz bounds
    |sum R_x R_y - sum M_x M_y| by sqrt(E_x W_y) + sqrt(E_y W_x) + sqrt(E_x E_y), W_y being the sum of squares
    of M_y within the cells of x; the spread of R lies between that of M and that of M plus E.
    """
    of_x, of_y = counts.sum(axis=1), counts.sum(axis=0)
    if of_x.sum() < 2:
        return np.nan, np.nan
    x, y = (np.cumsum(side) - side / 2 for side in (of_x, of_y))
    x, y = x - x @ of_x / of_x.sum(), y - y @ of_y / of_y.sum()
    product, of_cells = x @ counts @ y, (x**2 @ of_x, y**2 @ of_y)
    if min(of_cells) <= 0:
        return np.nan, np.nan
    # Values of a cell of one value are tied, however they are ranked.
    most = [((side**3 - side) / 12)[~tied].sum() for side, tied in zip((of_x, of_y), single, strict=True)]
    within = (_within(counts.T, x, of_y), _within(counts, y, of_x))
    slack = np.sqrt(most[0] * within[1]) + np.sqrt(most[1] * within[0]) + np.sqrt(most[0] * most[1])
    narrow = np.sqrt(of_cells[0] * of_cells[1])
    wide = np.sqrt((of_cells[0] + most[0]) * (of_cells[1] + most[1]))
    rho = product / narrow
    ends = [(product + sign * slack) / spread for sign in (1, -1) for spread in (narrow, wide)]
    return float(np.clip(rho, -1, 1)), float(np.abs(np.clip(ends, -1, 1) - rho).max())


def _within(counts: Counts, values: np.ndarray, totals: np.ndarray) -> float:
    """Return the sum of squares of ``values`` (one a column) around their mean within each row."""
    means = np.divide(counts @ values, totals, out=np.zeros(len(totals)), where=totals > 0)
    return max(0.0, float((counts @ values**2 - totals * means**2).sum()))
