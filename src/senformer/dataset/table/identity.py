"""Split by identity: rows of near-identical sequence make a group, and a group goes to one split."""

import itertools

import numpy as np
from jaxtyping import Int64
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.encode import end_to_end
from senformer.dataset.table.sketch import EMPTY, SIZE, Sketches, distinct, shared_fraction, sketch_rows
from senformer.dataset.table.split import Codes, RowSplitter, count_left_over, drawer
from senformer.dataset.table.split_config import TableSplitConfig

# Sketch entries compared at a time, some 50 bytes each.
_ENTRIES = 1 << 24
_PAIRS = 1 << 18
_PARTS = 16
_SAMPLE = 1 << 16


class ByIdentity(RowSplitter):
    """Groups rows that share enough words of either strand, directly or through others."""

    def __init__(self, config: TableSplitConfig, columns: list[str]) -> None:
        super().__init__()
        self._config, self._columns = config, columns
        self._parts: list[Sketches] = []

    def add(self, chunk: Chunk) -> None:
        """Take the next rows; where a row has several sequences, they count together."""
        offsets, codes = end_to_end(chunk, self._columns)
        sketches = sketch_rows(codes, offsets, self._config.word_bp)
        is_empty = sketches[:, 0] == EMPTY
        if is_empty.any():
            k = self._config.word_bp
            raise DataError(
                "E424",
                chunk.where(int(np.argmax(is_empty)), self._columns[0]),
                f"the sequence has no {k} known bases in a row, so that it cannot be compared",
                "Give a shorter split.word_bp, remove the row, or split by group.",
            )
        self._parts.append(sketches)

    def codes(self) -> Codes:
        """Return the splits, and set the groups."""
        groups = group_sketches(np.concatenate(self._parts), self._config.min_shared)
        numbers, which = np.unique(groups, return_inverse=True)
        draw = drawer(self._config)
        drawn = np.array([draw(str(number)) for number in numbers], dtype=np.int8)
        self.groups = groups
        codes = drawn[which]
        self.left_out.update(count_left_over(self._config, codes))
        return codes


def group_sketches(
    sketches: Sketches, min_shared: float, max_entries: int = _ENTRIES
) -> Int64[np.ndarray, " row"]:
    """Return the group of every row, named by its first row's number.

    Rows that have a hash in common are compared with the first of them and with the one before: in a group
    of many, not all pairs are. Two are joined where the estimated share of 16-mers reaches ``min_shared``.

    Notes
    -----
    The hashes are compared in parts of about ``max_entries``, at most :data:`_PARTS`, for each looks at all
    sketches: memory is 128 bytes a row and up to 100 more, or some for ``max_entries`` hashes; time grows as
    n log n.
    """
    groups = np.arange(len(sketches))
    for lo, hi in itertools.pairwise(hash_edges(sketches, max_entries)):
        pairs = _candidates(sketches, lo, hi)
        pairs = pairs[groups[pairs[:, 0]] != groups[pairs[:, 1]]]
        joined = [
            _similar(sketches, pairs[at : at + _PAIRS], min_shared) for at in range(0, len(pairs), _PAIRS)
        ]
        if joined:
            groups = _join(groups, np.concatenate(joined))
    return groups


def hash_edges(sketches: Sketches, max_entries: int) -> list[int]:
    """Return where to cut the hashes so that about as many lie between two edges as between any other two.

    A sketch has the smallest hashes of a sequence, so that they are far from even: the edges are quantiles of
    the hashes of some thousand rows.
    """
    n_parts = min(max(1, -(-sketches.size // max_entries)), _PARTS)
    some = sketches[:: max(1, len(sketches) // _SAMPLE)]
    known = np.sort(some[some != EMPTY])
    inner = [int(known[len(known) * part // n_parts]) for part in range(1, n_parts) if len(known)]
    return [0, *sorted(set(inner) - {0}), 1 << 32]


def _candidates(sketches: Sketches, lo: int, hi: int) -> Int64[np.ndarray, "pair 2"]:
    """Return pairs of a row and the first one, or the one before, of one hash in ``lo`` to ``hi``."""
    flat = np.flatnonzero((sketches >= lo) & (sketches < min(hi, int(EMPTY))))
    # The hash above the row: one sort orders both.
    keys = sketches.reshape(-1)[flat].astype(np.uint64) << np.uint64(32) | (flat // SIZE).astype(np.uint64)
    keys.sort()
    rows = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    hashes = keys >> np.uint64(32)
    is_first = np.concatenate([np.ones(len(keys[:1]), dtype=bool), hashes[1:] != hashes[:-1]])
    first = np.maximum.accumulate(np.where(is_first, np.arange(len(keys)), 0))
    again = np.flatnonzero(~is_first)
    pairs = np.concatenate([rows[first[again]], rows[again - 1]]) * len(sketches) + np.tile(rows[again], 2)
    found = distinct(pairs.astype(np.uint64)).astype(np.int64)
    return np.stack(np.divmod(found, max(len(sketches), 1)), axis=1)


def _similar(
    sketches: Sketches, pairs: Int64[np.ndarray, "pair 2"], min_shared: float
) -> Int64[np.ndarray, "some 2"]:
    share = shared_fraction(sketches[pairs[:, 0]], sketches[pairs[:, 1]])
    return pairs[share >= min_shared]


def _join(groups: Int64[np.ndarray, " row"], pairs: Int64[np.ndarray, "pair 2"]) -> Int64[np.ndarray, " row"]:
    """Return the groups with the pairs' ones joined, each named by its smallest row."""
    touched, which = np.unique(groups[pairs], return_inverse=True)
    left, right = which.reshape(-1, 2).T
    shape = (len(touched), len(touched))
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=shape)
    _, labels = connected_components(graph, directed=False)
    _, first = np.unique(labels, return_index=True)
    root = np.arange(len(groups))
    root[touched] = touched[first[labels]]
    return root[groups]
