"""Which bases of two words are compared: every function of their mismatches as a sum over masks.

Two words with m mismatches agree on all bases of ``comb(word_bp - m, j)`` of the masks that keep j bases. So
what they count, where that is 0 beyond d mismatches, is a sum over masks of ``word_bp - d`` bases and more,
each of which asks only whether the kept bases are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from jaxtyping import Int64

Kept = tuple[int, ...]


@dataclass(frozen=True)
class Level:
    """The masks that keep so many bases.

    Attributes
    ----------
    n_kept
        Bases that a mask keeps.
    weight
        What agreement on one of them counts.
    """

    n_kept: int
    weight: float

    def masks(self, word_bp: int) -> list[Kept]:
        """Return the bases that each mask keeps."""
        return list(combinations(range(word_bp), self.n_kept))

    def halved(self, word_bp: int) -> list[tuple[Kept, float]]:
        """Return of each mask and its mirror image one, and how often it counts.

        The words of both strands agree on a mask as often as on its mirror image. Products of both strands
        with both strands are twice those of one with both: a mask that is its own image counts a half.
        """
        found = []
        for kept in self.masks(word_bp):
            image = tuple(word_bp - 1 - base for base in reversed(kept))
            if kept <= image:
                found.append((kept, 0.5 if kept == image else 1.0))
        return found


def levels_of(by_mismatches: Sequence[float], word_bp: int) -> list[Level]:
    """Return the levels whose masks together give ``by_mismatches``, and 0 for more mismatches."""
    most = min(len(by_mismatches) - 1, word_bp)
    levels: list[Level] = []
    for m in range(most, -1, -1):
        given = sum(level.weight * comb(word_bp - m, level.n_kept) for level in levels)
        levels.append(Level(word_bp - m, by_mismatches[m] - given))
    return [level for level in levels if level.weight]


def keep_bases(words: Int64[np.ndarray, " entry"], kept: Kept, word_bp: int) -> Int64[np.ndarray, " entry"]:
    """Return the kept bases of every word, two bits each."""
    low_bits = 2 * (word_bp // 2)
    low, high = _table(kept, word_bp, 0, low_bits), _table(kept, word_bp, low_bits, 2 * word_bp)
    return low[words & ((1 << low_bits) - 1)] | high[words >> low_bits]


def _table(kept: Kept, word_bp: int, start: int, end: int) -> Int64[np.ndarray, " value"]:
    """Return for every value of the bits ``start`` to ``end`` of a word what is kept of them."""
    values = np.arange(1 << (end - start))
    found = np.zeros_like(values)
    for place, base in enumerate(reversed(kept)):
        bit = 2 * (word_bp - 1 - base)
        if start <= bit < end:
            found |= ((values >> (bit - start)) & 3) << 2 * place
    return found
