"""Split by identity: rows of near-identical sequence make a group, and a group goes to one split."""

import itertools

import numpy as np
from jaxtyping import Int64
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import TableSplitConfig
from senformer.dataset.table.encode import end_to_end
from senformer.dataset.table.sketch import EMPTY, SIZE, Sketches, shared_fraction, sketch_rows
from senformer.dataset.table.split import Codes, RowSplitter, draw_split

# Sketch entries compared at a time, some 50 bytes each.
_ENTRIES = 1 << 24
_PAIRS = 1 << 18


class ByIdentity(RowSplitter):
    """Groups rows that share enough 16-mers of either strand, directly or through others."""

    def __init__(self, config: TableSplitConfig, columns: list[str]) -> None:
        super().__init__()
        self._config, self._columns = config, columns
        self._parts: list[Sketches] = []

    def add(self, chunk: Chunk) -> None:
        """Take the next rows; where a row has several sequences, they count together."""
        offsets, codes = end_to_end(chunk, self._columns)
        self._parts.append(sketch_rows(codes, offsets))

    def codes(self) -> Codes:
        """Return the splits, and set the groups."""
        groups = group_sketches(np.concatenate(self._parts), self._config.min_shared)
        numbers, which = np.unique(groups, return_inverse=True)
        drawn = np.array([draw_split(self._config, str(number)) for number in numbers], dtype=np.int8)
        self.groups = groups
        return drawn[which]


def group_sketches(
    sketches: Sketches, min_shared: float, max_entries: int = _ENTRIES
) -> Int64[np.ndarray, " row"]:
    """Return the group of every row, named by its first row's number.

    Rows that have a hash in common are compared with the first of them and with the one before: in a group
    of many, not all pairs are. Two are joined where the estimated share of 16-mers reaches ``min_shared``.

    Notes
    -----
    Memory is 128 bytes a row, and some for ``max_entries`` hashes; time grows as n log n.
    """
    n_rows = len(sketches)
    groups = np.arange(n_rows)
    n_parts = max(1, -(-n_rows * SIZE // max_entries))
    edges = np.linspace(0, 1 << 32, n_parts + 1).astype(np.int64)
    for lo, hi in itertools.pairwise(edges):
        pairs = _candidates(sketches, int(lo), int(hi))
        pairs = pairs[groups[pairs[:, 0]] != groups[pairs[:, 1]]]
        joined = [
            _similar(sketches, pairs[at : at + _PAIRS], min_shared) for at in range(0, len(pairs), _PAIRS)
        ]
        if joined:
            groups = _join(groups, np.concatenate(joined))
    return groups


def _candidates(sketches: Sketches, lo: int, hi: int) -> Int64[np.ndarray, "pair 2"]:
    """Return pairs of a row and the first one, or the one before, of one hash in ``lo`` to ``hi``."""
    rows, places = np.nonzero((sketches >= lo) & (sketches < min(hi, int(EMPTY))))
    hashes = sketches[rows, places]
    order = np.argsort(hashes, kind="stable")
    rows, hashes = rows[order], hashes[order]
    is_same = np.flatnonzero(hashes[1:] == hashes[:-1]) + 1
    first = np.searchsorted(hashes, hashes[is_same])
    pairs = np.concatenate(
        [np.stack([rows[first], rows[is_same]], axis=1), np.stack([rows[is_same - 1], rows[is_same]], axis=1)]
    )
    keys = np.unique(pairs[:, 0] * len(sketches) + pairs[:, 1])
    return np.stack(np.divmod(keys, max(len(sketches), 1)), axis=1)


def _similar(
    sketches: Sketches, pairs: Int64[np.ndarray, "pair 2"], min_shared: float
) -> Int64[np.ndarray, "some 2"]:
    share = shared_fraction(sketches[pairs[:, 0]], sketches[pairs[:, 1]])
    return pairs[share >= min_shared]


def _join(groups: Int64[np.ndarray, " row"], pairs: Int64[np.ndarray, "pair 2"]) -> Int64[np.ndarray, " row"]:
    """Return the groups with the pairs' ones joined, each named by its smallest row."""
    n_rows = len(groups)
    left = np.concatenate([groups[pairs[:, 0]], np.arange(n_rows)])
    right = np.concatenate([groups[pairs[:, 1]], groups])
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n_rows, n_rows))
    _, labels = connected_components(graph, directed=False)
    _, first = np.unique(labels, return_index=True)
    return first[labels]
