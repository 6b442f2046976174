"""The same sequence in two splits: found, told, and left out of the less held-out one where asked."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int8, Int64

from senformer.core.findings import WARNING, Finding
from senformer.core.wording import counted
from senformer.dataset.config import SPLITS

NO_SPLIT = -1


@dataclass(frozen=True)
class Leaks:
    """Rows whose sequence, or its reverse complement, also stands in another split.

    Attributes
    ----------
    rows
        Every such row, in order.
    by_splits
        Number of different sequences that two splits share, by ``train+test`` and the like.
    pair
        The first two rows of different splits that share one, or None.
    """

    rows: Int64[np.ndarray, " leak"]
    by_splits: dict[str, int]
    pair: tuple[int, int] | None


NO_LEAKS = Leaks(
    np.zeros(0, dtype=np.int64),
    {f"{left}+{right}": 0 for a, left in enumerate(SPLITS) for right in SPLITS[a + 1 :]},
    None,
)


def find_leaks(keys: Int64[np.ndarray, " row"], codes: Int8[np.ndarray, " row"]) -> Leaks:
    """Find the sequences that several splits share.

    Parameters
    ----------
    keys
        One for each sequence, the same for its reverse complement.
    codes
        Place of every row's split in ``SPLITS``; rows in none do not count.
    """
    held = np.flatnonzero(codes != NO_SPLIT)
    _, which = np.unique(keys[held], return_inverse=True)
    # For every sequence one bit a split.
    bits = np.zeros(int(which.max(initial=-1)) + 1, dtype=np.uint8)
    np.bitwise_or.at(bits, which, np.uint8(1) << codes[held].astype(np.uint8))
    is_shared = (bits & (bits - 1)) != 0
    rows = held[is_shared[which]]
    by_splits = {
        f"{left}+{right}": int((((bits >> a) & 1) & ((bits >> b) & 1)).sum())
        for a, left in enumerate(SPLITS)
        for b, right in enumerate(SPLITS)
        if a < b
    }
    if not len(rows):
        return Leaks(rows, by_splits, None)
    first = int(rows[0])
    other = rows[(keys[rows] == keys[first]) & (codes[rows] != codes[first])]
    return Leaks(rows, by_splits, (first, int(other[0])))


def without_leaks(
    keys: Int64[np.ndarray, " row"], codes: Int8[np.ndarray, " row"]
) -> Int8[np.ndarray, " row"]:
    """Return the splits with every shared sequence left in the last of train, valid, test alone."""
    _, which = np.unique(keys, return_inverse=True)
    last = np.full(int(which.max(initial=-1)) + 1, NO_SPLIT, dtype=np.int8)
    np.maximum.at(last, which, codes)
    return np.where(codes == last[which], codes, NO_SPLIT).astype(np.int8)


def emptied_splits(before: Int8[np.ndarray, " row"], after: Int8[np.ndarray, " row"]) -> Iterator[Finding]:
    """Yield a warning for every split that had rows before leaks were left out, and has none after."""
    for code, split in enumerate(SPLITS):
        n_rows = int((before == code).sum())
        if n_rows and not (after == code).any():
            found = f"has no row left: leaks: drop left out all of its {counted(n_rows, 'row')}"
            todo = "Split by group, identity or overlap, or set leaks: report."
            yield Finding(WARNING, "E497", f"split {split!r}", found, todo)
