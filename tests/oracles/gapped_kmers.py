"""Gapped k-mer kernels by comparing every word with every other: slow, and for short sequences."""

import numpy as np


def words_of(sequence: str, word_bp: int) -> list[str]:
    return [sequence[i : i + word_bp] for i in range(len(sequence) - word_bp + 1)]


def turned(sequence: str) -> str:
    return sequence[::-1].translate(str.maketrans("ACGT", "TGCA"))


def center_weights(n_words: int, largest: int, half_bp: float) -> list[float]:
    center = n_words // 2
    return [
        min(largest, np.floor(largest * np.exp(-np.log(2) * abs(i - center) / half_bp) + 1))
        for i in range(n_words)
    ]


def kernel(
    one: str,
    other: str,
    word_bp: int,
    by_mismatches: list[float],
    *,
    both_strands: bool = True,
    center: tuple[int, float] | None = None,
) -> float:
    """Return the sum over words of the one and words of both strands of the other, not normalized."""

    def weighted(sequence: str) -> list[tuple[str, float]]:
        words = words_of(sequence, word_bp)
        weights = center_weights(len(words), *center) if center else [1.0] * len(words)
        return list(zip(words, weights, strict=True))

    others = weighted(other)
    if both_strands:
        others += [(turned(word), weight) for word, weight in others]
    total = 0.0
    for u, weight_u in weighted(one):
        for v, weight_v in others:
            if "N" in u + v:
                continue
            m = sum(a != b for a, b in zip(u, v, strict=True))
            if m < len(by_mismatches):
                total += weight_u * weight_v * by_mismatches[m]
    return total


def explanation(
    one: str,
    other: str,
    word_bp: int,
    by_mismatches: list[float],
    *,
    center: tuple[int, float] | None = None,
) -> list[float]:
    """Return what every base of the one counts: of each pair of words an equal part where they agree."""
    found = [0.0] * len(one)
    own, theirs = words_of(one, word_bp), words_of(other, word_bp)
    own_weights = center_weights(len(own), *center) if center else [1.0] * len(own)
    their_weights = center_weights(len(theirs), *center) if center else [1.0] * len(theirs)
    for start, u in enumerate(own):
        for number, forward in enumerate(theirs):
            for v in (forward, turned(forward)):
                agreeing = [place for place in range(word_bp) if u[place] == v[place]]
                m = word_bp - len(agreeing)
                if m < len(by_mismatches):
                    for place in agreeing:
                        share = by_mismatches[m] / len(agreeing)
                        found[start + place] += own_weights[start] * their_weights[number] * share
    return found
