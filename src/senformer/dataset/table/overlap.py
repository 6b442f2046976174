"""Windows of rows in a genome that overlap: which do across splits, and which hang together."""

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Int8, Int64

from senformer.dataset.config import SPLITS
from senformer.dataset.table.leaks import NO_SPLIT, Leaks
from senformer.genome.chromosomes import canonical_name

Positions = Int64[np.ndarray, " row"]


class RowWindows:
    """Where every row's bases lie, 0-based and half-open; 20 bytes a row.

    Parameters
    ----------
    is_of_genome
        Chromosomes are called as in one genome, where different names are different ones. Otherwise names
        that mean the same, ``1`` and ``chr1``, are one chromosome, and shown as the first of them in order.
    """

    def __init__(self, *, is_of_genome: bool = False) -> None:
        self._is_of_genome = is_of_genome
        self._chroms: dict[str, int] = {}
        self._names: list[str] = []
        self._firsts, self._n_rows = list[int](), 0
        self._parts: list[tuple[np.ndarray, Positions, Positions]] = []

    def add(self, chroms: Iterable[str], start: Positions, end: Positions) -> None:
        """Take the next rows."""
        encoded = pa.array(chroms, pa.string()).dictionary_encode()
        codes = [self._code(name) for name in encoded.dictionary.to_pylist()]
        self._parts.append((np.array(codes, dtype=np.int32)[np.asarray(encoded.indices)], start, end))
        self._firsts.append(self._n_rows)
        self._n_rows += len(start)

    def _code(self, name: str) -> int:
        code = self._chroms.setdefault(name if self._is_of_genome else canonical_name(name), len(self._names))
        if code == len(self._names):
            self._names.append(name)
        self._names[code] = min(name, self._names[code])
        return code

    def on_a_line(self) -> tuple[Positions, Positions]:
        """Return start and end of every row with the chromosomes laid one after the other."""
        chrom, start, end = (np.concatenate([part[place] for part in self._parts]) for place in range(3))
        low, high = int(start.min()), int(end.max())
        offset = chrom.astype(np.int64) * (high - low + 1) - low
        return start + offset, end + offset

    def name(self, row: int) -> str:
        """Return the window of a row as a region string."""
        part = bisect_right(self._firsts, row) - 1
        chrom, start, end = (column[row - self._firsts[part]] for column in self._parts[part])
        return f"{self._names[chrom]}:{start + 1}-{end}"


def overlaps_any(
    start: Positions,
    end: Positions,
    others: tuple[Int64[np.ndarray, " other"], Int64[np.ndarray, " other"]],
) -> Bool[np.ndarray, " row"]:
    """Say of every window whether one of the others shares a base with it."""
    order = np.argsort(others[0], kind="stable")
    starts = others[0][order]
    reach = np.maximum.accumulate(others[1][order])
    n_before = np.searchsorted(starts, end, side="left")
    found = np.zeros(len(start), dtype=bool)
    some = n_before > 0
    found[some] = reach[n_before[some] - 1] > start[some]
    return found


def find_overlaps(windows: RowWindows, codes: Int8[np.ndarray, " row"]) -> Leaks:
    """Find the rows whose window shares a base with one of another split.

    Returns
    -------
    The rows; ``by_splits`` counts those of either split that overlap the other; and the first pair.
    """
    start, end = windows.on_a_line()
    is_leak = np.zeros(len(codes), dtype=bool)
    by_splits = {}
    for a, left in enumerate(SPLITS):
        for b, right in enumerate(SPLITS[a + 1 :], a + 1):
            found = [_leaking(start, end, codes, one, other) for one, other in ((a, b), (b, a))]
            by_splits[f"{left}+{right}"] = sum(map(len, found))
            is_leak[np.concatenate(found)] = True
    rows = np.flatnonzero(is_leak)
    if not len(rows):
        return Leaks(rows, by_splits, None)
    first = int(rows[0])
    is_other = (codes != codes[first]) & (codes != NO_SPLIT) & (start < end[first]) & (start[first] < end)
    return Leaks(rows, by_splits, (first, int(np.argmax(is_other))))


def without_overlaps(windows: RowWindows, codes: Int8[np.ndarray, " row"]) -> Int8[np.ndarray, " row"]:
    """Return the splits without valid rows that overlap test and train rows that overlap either.

    A row is held against those that stay.
    """
    start, end = windows.on_a_line()
    kept = codes.copy()
    for split in range(len(SPLITS) - 2, -1, -1):
        later = kept > split
        rows = np.flatnonzero(kept == split)
        kept[rows[overlaps_any(start[rows], end[rows], (start[later], end[later]))]] = NO_SPLIT
    return kept


def group_windows(windows: RowWindows) -> Int64[np.ndarray, " row"]:
    """Return the group of every row, named by the row of its leftmost window; what overlaps is one group."""
    start, end = windows.on_a_line()
    order = np.lexsort((end, start))
    reach = np.maximum.accumulate(end[order])
    begins = np.concatenate([np.ones(1, dtype=bool), start[order][1:] >= reach[:-1]])
    groups = np.empty(len(start), dtype=np.int64)
    groups[order] = order[begins][np.cumsum(begins) - 1]
    return groups


def _leaking(
    start: Positions, end: Positions, codes: Int8[np.ndarray, " row"], one: int, other: int
) -> Int64[np.ndarray, " leak"]:
    rows, others = np.flatnonzero(codes == one), codes == other
    return rows[overlaps_any(start[rows], end[rows], (start[others], end[others]))]
