"""Bottom sketches of sequences: their smallest hashed 16-mers, which near-identical sequences share.

Source: Broder 1997 (MinHash), doi:10.1109/SEQUEN.1997.666900; idea only.
"""

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8, UInt32, UInt64

from senformer.core.shapes import N_CODE

K = 16
SIZE = 32
EMPTY = np.uint32(0xFFFFFFFF)
"""Fills the sketch of a sequence with fewer 16-mers; no hash has this value."""

Sketches = UInt32[np.ndarray, "row sketch"]

# Bases at a time: their words fit a cache.
_BASES = 1 << 18


def sketch_rows(
    codes: UInt8[np.ndarray, " base"], offsets: Int64[np.ndarray, " edge"], k: int = K
) -> Sketches:
    """Return the sketch of every sequence, ascending; the same for its reverse complement.

    Parameters
    ----------
    codes, offsets
        The sequences end to end, and where each begins (and the last ends).
    k
        Bases of a word, at most 16. Words with N do not count.
    """
    n_rows = len(offsets) - 1
    sketches = np.full((n_rows, SIZE), EMPTY, dtype=np.uint32)
    first = 0
    while first < n_rows:
        last = int(np.searchsorted(offsets, offsets[first] + _BASES, side="right")) - 1
        last = min(max(last, first + 1), n_rows)
        part = codes[offsets[first] : offsets[last]]
        sketches[first:last] = _sketch_some(part, offsets[first : last + 1] - offsets[first], k)
        first = last
    return sketches


def _sketch_some(codes: UInt8[np.ndarray, " base"], offsets: Int64[np.ndarray, " edge"], k: int) -> Sketches:
    n_rows = len(offsets) - 1
    words, is_known = _words(codes, k)
    row = np.repeat(np.arange(n_rows), np.diff(offsets))[: len(words)]
    is_inside = np.arange(len(words)) + k <= offsets[1:][row]
    keep = is_known & is_inside
    # The row above the hash: one sort orders both.
    keys = distinct((row[keep].astype(np.uint64) << np.uint64(32)) | _hash(words[keep]))
    rows = (keys >> np.uint64(32)).astype(np.int64)
    n_before = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_rows))])
    place = np.arange(len(keys)) - n_before[rows]
    sketches = np.full((n_rows, SIZE), EMPTY, dtype=np.uint32)
    is_small = place < SIZE
    sketches[rows[is_small], place[is_small]] = (keys[is_small] & np.uint64(EMPTY)).astype(np.uint32)
    return sketches


def distinct(keys: UInt64[np.ndarray, " key"]) -> UInt64[np.ndarray, " distinct"]:
    """Return the distinct keys, ascending. numpy's own ``unique`` takes ten times as long on millions."""
    keys = np.sort(keys)
    return keys[np.concatenate([np.ones(len(keys[:1]), dtype=bool), keys[1:] != keys[:-1]])]


def _words(
    codes: UInt8[np.ndarray, " base"], k: int
) -> tuple[UInt64[np.ndarray, " word"], Bool[np.ndarray, " word"]]:
    """Return the k-mer at every base, the smaller of both strands, and whether it has no N."""
    n_words = max(len(codes) - k + 1, 0)
    forward, backward = np.zeros((2, n_words), dtype=np.uint32)
    bases = np.minimum(codes, 3).astype(np.uint32)
    for place in range(k):
        base = bases[place : place + n_words]
        forward |= base << np.uint32(2 * (k - 1 - place))
        backward |= (np.uint32(3) - base) << np.uint32(2 * place)
    unknown = np.concatenate([[0], np.cumsum(codes == N_CODE)])
    return np.minimum(forward, backward).astype(np.uint64), unknown[k:] == unknown[:n_words]


def _hash(words: UInt64[np.ndarray, " word"]) -> UInt64[np.ndarray, " word"]:
    """Return 32 well-mixed bits of each word; never :data:`EMPTY`."""
    mixed = words * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return np.minimum(mixed >> np.uint64(32), np.uint64(EMPTY) - np.uint64(1))


def shared_fraction(left: Sketches, right: Sketches) -> Float64[np.ndarray, " row"]:
    """Return, row by row, the estimated share of 16-mers that two sequences have in common.

    Of the ``SIZE`` smallest hashes of both together, the share that both have; 0 where there is none.
    """
    both = np.sort(np.concatenate([left, right], axis=1), axis=1)
    is_again = np.zeros(both.shape, dtype=bool)
    is_again[:, 1:] = both[:, 1:] == both[:, :-1]
    is_real = both != EMPTY
    rank = np.cumsum(~is_again & is_real, axis=1)
    counted = is_real & (rank <= SIZE)
    n_distinct = (counted & ~is_again).sum(axis=1)
    return (counted & is_again).sum(axis=1) / np.maximum(n_distinct, 1)
