"""Which rows a change reaches: integers only.

A run of rows is (first, end), end excluded.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import UInt8

from senformer.model.tiling.pieces import Part

Run = tuple[int, int]


def changed_runs(
    reference: UInt8[np.ndarray, " base"], other: UInt8[np.ndarray, " base"], gap: int
) -> list[Run]:
    """Return where two sequences differ; runs with at most ``gap`` equal bases between them are one."""
    places = np.flatnonzero(reference != other)
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > gap + 1)
    firsts, lasts = places[np.r_[0, breaks + 1]], places[np.r_[breaks, len(places) - 1]]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]


def cone(parts: Iterable[Part], run: Run, n_rows: int) -> Run:
    """Return the output rows that depend on any of these input rows.

    Parameters
    ----------
    parts
        What the rows go through, one after the other.
    run
        Input rows.
    n_rows
        Rows of the whole input.
    """
    first, end = run
    for part in parts:
        n_rows //= part.ratio
        first = max(0, (first - part.reach) // part.ratio)
        end = min(n_rows, (end - 1 + part.reach) // part.ratio + 1)
    return first, end


def aligned(run: Run, n_rows: int) -> Run:
    """Return a run from an even row to an even one, or to the last.

    Behind a pool of two these are the fours of :mod:`senformer.model.winograd` that the whole sequence has.
    """
    return run[0] - run[0] % 2, min(n_rows, run[1] + run[1] % 2)


def joined(runs: Iterable[Run]) -> list[Run]:
    """Return runs in order, those that overlap or touch as one."""
    found: list[Run] = []
    for first, end in sorted(runs):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((first, end))
    return found


def leveled(runs: Sequence[Sequence[Run]], n_rows: int) -> list[list[Run]]:
    """Return the runs of several examples, lengthened so that many have one length.

    Runs of one length are computed together. Of all runs whose length lies between the same two powers of two
    each gets the length of the longest; in the end runs of one example that then overlap are joined.
    """
    longest: dict[int, int] = {}
    for first, end in (run for own in runs for run in own):
        size = _size(first, end)
        longest[size] = max(longest.get(size, 0), end - first)
    return [joined(_lengthened(run, longest[_size(*run)], n_rows) for run in own) for own in runs]


def _size(first: int, end: int) -> int:
    return math.ceil(math.log2(end - first))


def _lengthened(run: Run, length: int, n_rows: int) -> Run:
    first = max(0, min(run[0], n_rows - length))
    return first, max(run[1], min(n_rows, first + length))
