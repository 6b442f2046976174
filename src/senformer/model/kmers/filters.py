"""What two words count together by the number of their mismatches: the gapped k-mer filters.

Source: Ghandi, Lee, Mohammad-Noori, Beer 2014, doi:10.1371/journal.pcbi.1003711; Ghandi, Mohammad-Noori, Beer
2014, doi:10.1007/s00285-013-0705-3 (the estimate of l-mer counts from gapped k-mers).
"""

from functools import lru_cache
from itertools import product
from math import comb

_BASES = 4
# Estimated counts of words that share too little are set to 0 from the first that is not above this.
_LEAST = 1e-50


def shared_gapped(word_bp: int, known_bp: int, most: int) -> list[float]:
    """Return for 0 to ``most`` mismatches how many gapped k-mers two words share."""
    return [float(comb(word_bp - m, known_bp)) for m in range(most + 1)]


def estimated(word_bp: int, known_bp: int, most: int, *, truncated: bool) -> list[float]:
    """Return the product of the estimated counts of two words, summed over all words, by their mismatches.

    Parameters
    ----------
    word_bp, known_bp
        Bases of a word, and those of them that a gapped k-mer keeps.
    most
        The largest number of mismatches.
    truncated
        Whether estimates are 0 from the first distance on where they are not positive.
    """
    g = _estimate(word_bp, known_bp)
    if truncated:
        end = next((m for m, value in enumerate(g) if value < _LEAST), len(g))
        g = [value if m < end else 0.0 for m, value in enumerate(g)]
    return [_convolved(g, word_bp, m) for m in range(most + 1)]


def _convolved(g: list[float], word_bp: int, apart: int) -> float:
    """Return the sum over all words of the estimates from two words that are ``apart`` mismatches apart."""
    total = 0.0
    for first, second in product(range(word_bp + 1), repeat=2):
        for t in range(word_bp - apart + 1):
            # Places where both words agree and the third differs: t. Of the others the third equals the
            # second at first - t - r... and differs from both at r.
            r = first + second - 2 * t - apart
            if t <= first and 0 <= r <= first - t <= apart:
                ways = comb(word_bp - apart, t) * comb(apart, first - t) * comb(first - t, r)
                total += ways * (_BASES - 1) ** t * (_BASES - 2) ** r * g[first] * g[second]
    return total


def _estimate(word_bp: int, known_bp: int) -> list[float]:
    """Return for every number of mismatches what a word adds to the estimated count of another."""
    weights = _inverse_weights(word_bp, known_bp)
    return [
        sum(weights[i] * comb(word_bp - m, known_bp - i) * comb(m, i) for i in range(min(m, known_bp) + 1))
        for m in range(word_bp + 1)
    ]


@lru_cache(maxsize=32)
def _inverse_weights(word_bp: int, known_bp: int) -> tuple[float, ...]:
    """Return the entries of the pseudo-inverse of word counts to gapped k-mer counts, by mismatches."""
    before = [[1.0] * (known_bp + 1) for _ in range(known_bp + 1)]
    for length in range(1, word_bp + 1):
        now = [[1.0] * (known_bp + 1) for _ in range(known_bp + 1)]
        for kept in range(1, known_bp + 1):
            now[kept][0] = before[kept][0] + (_BASES - 1) * before[kept - 1][0]
            for j in range(1, kept + 1):
                now[kept][j] = now[kept - 1][j - 1] * (kept - length) / kept
        before = now
    scale = comb(word_bp, known_bp) * float(_BASES) ** word_bp
    return tuple(value / scale for value in before[known_bp])
