"""Rows of one sequence that say both 0 and 1 of a label: counted in the first pass, and told once."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int8, Int64, UInt32

from senformer.dataset.table.leaks import NO_SPLIT

# How many values are looked at, the first of a table: each has one bit of a 32-bit number.
MOST_VALUES = 32


@dataclass(frozen=True)
class Conflict:
    """Sequences with both labels of a value.

    Attributes
    ----------
    n_sequences
        How many there are.
    value
        Place of the value that the pair is of.
    pair
        The first two such rows.
    """

    n_sequences: int
    value: int
    pair: tuple[int, int]


class LabelBits:
    """Which rows say 0 and which 1, eight bytes a row, of the first values."""

    def __init__(self) -> None:
        self._zeros: list[UInt32[np.ndarray, " _"]] = []
        self._ones: list[UInt32[np.ndarray, " _"]] = []
        self._others = np.uint32(0)

    def add(self, values: Float32[np.ndarray, "row track"]) -> None:
        """Take the next rows."""
        values = values[:, :MOST_VALUES]
        self._zeros.append(_bits(values == 0))
        self._ones.append(_bits(values == 1))
        others = _bits(~np.isnan(values) & (values != 0) & (values != 1))
        self._others |= np.bitwise_or.reduce(others, initial=np.uint32(0))

    def find(self, keys: Int64[np.ndarray, " row"], codes: Int8[np.ndarray, " row"]) -> Conflict | None:
        """Return what rows of one key disagree about; None where they agree.

        A value that is something else than 0 and 1 in any row is no label.

        Parameters
        ----------
        keys
            One for each sequence, the same for its reverse complement.
        codes
            Split of every row; rows in none do not count.
        """
        held = np.flatnonzero(codes != NO_SPLIT)
        zeros, ones = (np.concatenate(part)[held] & ~self._others for part in (self._zeros, self._ones))
        if not (zeros.any() and ones.any()):
            return None
        _, which = np.unique(keys[held], return_inverse=True)
        has_zero, has_one = (np.zeros(int(which.max(initial=-1)) + 1, dtype=np.uint32) for _ in range(2))
        np.bitwise_or.at(has_zero, which, zeros)
        np.bitwise_or.at(has_one, which, ones)
        both = has_zero & has_one
        rows = np.flatnonzero(both[which])
        if not len(rows):
            return None
        bits = int(both[which[rows[0]]])
        value = (bits & -bits).bit_length() - 1
        same = np.flatnonzero(which == which[rows[0]])
        first = [int(held[same[(part[same] >> np.uint32(value)) & 1 == 1][0]]) for part in (zeros, ones)]
        return Conflict(int((both != 0).sum()), value, (min(first), max(first)))


def _bits(flags: np.ndarray) -> UInt32[np.ndarray, " row"]:
    """Return the flags of a row as bits of one number, the first value the lowest."""
    packed = np.packbits(flags, axis=1, bitorder="little")
    wide = np.zeros((len(flags), MOST_VALUES // 8), dtype=np.uint8)
    wide[:, : packed.shape[1]] = packed
    return wide.view("<u4")[:, 0].astype(np.uint32)
