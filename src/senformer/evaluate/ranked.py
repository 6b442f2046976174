"""Scores of labelled values, counted by rank: the state that :mod:`auroc` and :mod:`auprc` share.

Both need every score in order; sums cannot give them exactly. What is kept is each track's distinct scores
with the number of positives and negatives that have it.
"""

from abc import ABC, abstractmethod

import numpy as np
from jaxtyping import Bool, Float, Float64, Int, Int64

Tracks = slice | Int[np.ndarray, " some"]
Table = Float64[np.ndarray, "distinct 3"]

_NONE: Table = np.empty((0, 3))


class RankedScores(ABC):
    """Distinct predictions per track, ascending, with how many positives and negatives have each.

    Two such objects over disjoint data add up to that of the union (``+``), exactly, whatever the split.
    A label above one half is a positive. Memory is 24 bytes a distinct score, at most that per counted value:
    919 tracks over 10,000 bins take 0.2 GB.
    """

    def __init__(self, n_tracks: int) -> None:
        self.n_tracks = n_tracks
        # Columns: score, positives, negatives. Merged when they are asked for.
        self._parts: list[list[Table]] = [[] for _ in range(n_tracks)]
        self._is_merged = False

    def add(
        self,
        prediction: Float[np.ndarray, "*any track"],
        target: Float[np.ndarray, "*any track"],
        tracks: Tracks = slice(None),
    ) -> "RankedScores":
        """Count further values in place; where the target is NaN neither side is counted.

        Parameters
        ----------
        prediction, target
            Scores, the higher the more probable a positive, and labels, 0 or 1; tracks last.
        tracks
            Which tracks they are of, where not of all.

        Returns
        -------
        The object itself.

        Raises
        ------
        ValueError
            The shapes differ, or a label is neither 0 nor 1.
        """
        if prediction.shape != target.shape:
            raise ValueError(f"predictions {prediction.shape} and targets {target.shape} differ in shape")
        self._is_merged = False
        columns = np.arange(self.n_tracks)[tracks]
        x, y = (values.reshape(-1, len(columns)) for values in (prediction, target))
        wrong = ~(np.isnan(y) | (y == 0) | (y == 1))
        if wrong.any():
            raise ValueError(f"a label is {y[wrong][0]:g}; labels are 0, 1 or NaN")
        for place, column in enumerate(columns):
            known = ~np.isnan(y[:, place])
            labels = y[known, place].astype(np.float64)
            scores = x[known, place].astype(np.float64)
            self._parts[column].append(np.stack([scores, labels, 1 - labels], axis=1))
            # A long row of small parts would keep every value apart.
            if len(self._parts[column]) >= 64:
                self._parts[column] = [_merge(self._parts[column])]
        return self

    def __add__(self, other: "RankedScores") -> "RankedScores":
        """Return the counts of the union of two disjoint sets of values."""
        if type(other) is not type(self) or other.n_tracks != self.n_tracks:
            raise ValueError("only ranks of one kind over the same number of tracks can be added")
        total = type(self)(self.n_tracks)
        total._parts = [[*mine, *theirs] for mine, theirs in zip(self._parts, other._parts, strict=True)]
        return total

    def tables(self) -> list[Table]:
        """Return each track's distinct scores, ascending, with positives and negatives."""
        if not self._is_merged:
            self._parts = [[_merge(parts)] for parts in self._parts]
            self._is_merged = True
        return [parts[0] for parts in self._parts]

    @property
    def state(self) -> Float64[np.ndarray, "row 4"]:
        """All that is counted so far as one array of (track, score, positives, negatives)."""
        tables = self.tables()
        tracks = np.repeat(np.arange(self.n_tracks), [len(table) for table in tables])
        return np.column_stack([tracks, np.concatenate([_NONE, *tables])])

    @classmethod
    def from_state(cls, state: Float64[np.ndarray, "row 4"], n_tracks: int) -> "RankedScores":
        """Return the counts that :attr:`state` was taken of; those of one kind serve another."""
        ranks = cls(n_tracks)
        ranks._is_merged = True
        ends = np.searchsorted(state[:, 0], np.arange(n_tracks + 1))
        for track in range(n_tracks):
            ranks._parts[track] = [state[ends[track] : ends[track + 1], 1:].copy()]
        return ranks

    @property
    def n(self) -> Int64[np.ndarray, " track"]:
        """Values counted per track."""
        return np.array([table[:, 1:].sum() for table in self.tables()]).astype(np.int64)

    @property
    def n_positive(self) -> Int64[np.ndarray, " track"]:
        """Positives counted per track."""
        return np.array([table[:, 1].sum() for table in self.tables()]).astype(np.int64)

    @property
    def is_constant(self) -> Bool[np.ndarray, " track"]:
        """Tracks with data that are all positive or all negative: there is nothing to tell apart."""
        return (self.n > 0) & ((self.n_positive == 0) | (self.n_positive == self.n))

    def result(self) -> Float64[np.ndarray, " track"]:
        """Return the metric per track; NaN where a track lacks positives or negatives."""
        found = np.full(self.n_tracks, np.nan)
        tables = self.tables()
        for track in np.flatnonzero((self.n > 0) & ~self.is_constant):
            table = tables[track]
            found[track] = self._of(table[:, 1], table[:, 2])
        return found

    def bound(self) -> Float64[np.ndarray, " track"]:
        """Return how far the metric may be off where equal scores stand for scores of a cell in any order."""
        found = np.full(self.n_tracks, np.nan)
        tables = self.tables()
        for track in np.flatnonzero((self.n > 0) & ~self.is_constant):
            positives, negatives = tables[track][:, 1], tables[track][:, 2]
            ends = np.array([self._best(positives, negatives), self._worst(positives, negatives)])
            found[track] = np.abs(ends - self._of(positives, negatives)).max()
        return found

    @classmethod
    def _best(
        cls, positives: Float64[np.ndarray, " distinct"], negatives: Float64[np.ndarray, " distinct"]
    ) -> float:
        """Return the most that the metric can be where each score's values are in any order."""
        return cls._of(*parted(positives, negatives, positives_first=True))

    @classmethod
    def _worst(
        cls, positives: Float64[np.ndarray, " distinct"], negatives: Float64[np.ndarray, " distinct"]
    ) -> float:
        """Return the least that it can be."""
        return cls._of(*parted(positives, negatives, positives_first=False))

    @staticmethod
    @abstractmethod
    def _of(
        positives: Float64[np.ndarray, " distinct"], negatives: Float64[np.ndarray, " distinct"]
    ) -> float:
        """Return the metric of one track with both classes, its counts by ascending score."""


def parted(
    positives: Float64[np.ndarray, " distinct"],
    negatives: Float64[np.ndarray, " distinct"],
    positives_first: bool,
) -> tuple[Float64[np.ndarray, " twice"], Float64[np.ndarray, " twice"]]:
    """Return the counts as if within each score one class had scored above the other throughout.

    Examples
    --------
    >>> positives, negatives = parted(np.array([2.0]), np.array([3.0]), positives_first=True)
    >>> positives.tolist(), negatives.tolist()
    ([0.0, 2.0], [3.0, 0.0])
    """
    none = np.zeros_like(positives)
    if positives_first:
        pairs = [(none, positives), (negatives, none)]
    else:
        pairs = [(positives, none), (none, negatives)]
    of_positives, of_negatives = (np.stack(pair, axis=1).ravel() for pair in pairs)
    return of_positives, of_negatives


def _merge(parts: list[np.ndarray]) -> Table:
    """Return parts as one, ascending, rows of one score added up."""
    if not parts:
        return _NONE
    rows = np.concatenate(parts)
    scores, place = np.unique(rows[:, 0], return_inverse=True)
    counts = [np.bincount(place, weights=rows[:, column], minlength=len(scores)) for column in (1, 2)]
    return np.column_stack([scores, *counts])
