"""Arithmetic on sorted intervals of one axis, in numpy: merge, measure, find what overlaps."""

import numpy as np
from jaxtyping import Int


def merge(intervals: Int[np.ndarray, "interval 2"]) -> Int[np.ndarray, "merged 2"]:
    """Return the intervals sorted, with overlapping and touching ones joined."""
    if not len(intervals):
        return intervals.reshape(0, 2)
    ordered = intervals[np.lexsort((intervals[:, 1], intervals[:, 0]))]
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.concatenate([[True], ordered[1:, 0] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.stack([ordered[first, 0], reach[last]], axis=1)


def total_bp(intervals: Int[np.ndarray, "interval 2"]) -> int:
    """Return how many bases lie in at least one interval."""
    merged = merge(intervals)
    return int((merged[:, 1] - merged[:, 0]).sum())


def intersect(
    left: Int[np.ndarray, "left 2"], right: Int[np.ndarray, "right 2"]
) -> Int[np.ndarray, "shared 2"]:
    """Return what two sets of intervals share, merged."""
    left, right = merge(left), merge(right)
    row, other = overlapping(left, right)
    return np.stack(
        [np.maximum(left[row, 0], right[other, 0]), np.minimum(left[row, 1], right[other, 1])], axis=1
    )


def crowded(intervals: Int[np.ndarray, "interval 2"], most: int) -> Int[np.ndarray, "crowd 2"]:
    """Return where more than ``most`` intervals lie over each other, merged."""
    places, change = np.unique(intervals, return_inverse=True)
    step = np.bincount(change.reshape(-1, 2)[:, 0], minlength=len(places))
    step = step - np.bincount(change.reshape(-1, 2)[:, 1], minlength=len(places))
    deep = np.flatnonzero(np.cumsum(step)[:-1] > most)
    return merge(np.stack([places[deep], places[deep + 1]], axis=1))


def covered_bp(
    intervals: Int[np.ndarray, "interval 2"], merged: Int[np.ndarray, "piece 2"]
) -> Int[np.ndarray, " interval"]:
    """Return how many bases of every interval lie in merged pieces."""
    row, piece = overlapping(intervals, merged)
    low = np.maximum(intervals[row, 0], merged[piece, 0])
    shared = np.minimum(intervals[row, 1], merged[piece, 1]) - low
    return np.bincount(row, weights=shared, minlength=len(intervals)).astype(np.int64)


def overlapping(
    intervals: Int[np.ndarray, "interval 2"], disjoint: Int[np.ndarray, "piece 2"]
) -> tuple[Int[np.ndarray, " pair"], Int[np.ndarray, " pair"]]:
    """Return every pair (interval, piece) that shares a base; the pieces are sorted and share none."""
    first = np.searchsorted(disjoint[:, 1], intervals[:, 0], side="right")
    last = np.searchsorted(disjoint[:, 0], intervals[:, 1], side="left")
    row, offset = expand(np.maximum(last - first, 0))
    return row, first[row] + offset


def expand(counts: Int[np.ndarray, " row"]) -> tuple[Int[np.ndarray, " item"], Int[np.ndarray, " item"]]:
    """Return, for ``counts[i]`` items of every row i, the row of each item and its number in the row."""
    row = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return row, np.arange(len(row)) - first[row]
