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


def sketch_rows(codes: UInt8[np.ndarray, " base"], offsets: Int64[np.ndarray, " edge"]) -> Sketches:
    """Return the sketch of every sequence, ascending; the same for its reverse complement.

    Parameters
    ----------
    codes, offsets
        The sequences end to end, and where each begins (and the last ends). 16-mers with N do not count.
    """
    n_rows = len(offsets) - 1
    words, is_known = _words(codes)
    row = np.repeat(np.arange(n_rows), np.diff(offsets))[: len(words)]
    is_inside = np.arange(len(words)) + K <= offsets[1:][row]
    keep = is_known & is_inside
    # The row above the hash: one sort orders both.
    keys = np.unique((row[keep].astype(np.uint64) << np.uint64(32)) | _hash(words[keep]))
    rows = (keys >> np.uint64(32)).astype(np.int64)
    place = np.arange(len(keys)) - np.searchsorted(rows, rows)
    sketches = np.full((n_rows, SIZE), EMPTY, dtype=np.uint32)
    is_small = place < SIZE
    sketches[rows[is_small], place[is_small]] = (keys[is_small] & np.uint64(EMPTY)).astype(np.uint32)
    return sketches


def _words(
    codes: UInt8[np.ndarray, " base"],
) -> tuple[UInt64[np.ndarray, " word"], Bool[np.ndarray, " word"]]:
    """Return the 16-mer at every base as 32 bits, the smaller of both strands, and whether it has no N."""
    n_words = max(len(codes) - K + 1, 0)
    forward, backward = np.zeros((2, n_words), dtype=np.uint64)
    bases = np.minimum(codes, 3).astype(np.uint64)
    for place in range(K):
        base = bases[place : place + n_words]
        forward |= base << np.uint64(2 * (K - 1 - place))
        backward |= (np.uint64(3) - base) << np.uint64(2 * place)
    unknown = np.concatenate([[0], np.cumsum(codes == N_CODE)])
    return np.minimum(forward, backward), unknown[K:] == unknown[: len(unknown) - K]


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
