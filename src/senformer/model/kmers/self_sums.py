"""What every sequence counts with itself: the length that a kernel is divided by."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int32, UInt8

from senformer.model.kmers.words import Words, reverse_words

# Pairs of words at a time: bounds the memory of a long sequence.
_PAIRS = 1 << 20
_EVERY_OTHER_BIT = np.int32(0x5555_5555)


def self_sums(words: Words, by_mismatches: Sequence[float]) -> Float64[np.ndarray, " row"]:
    """Return of every sequence the sum over pairs of its words, one of them of its own strand alone.

    Notes
    -----
    Time grows with the square of a sequence's words, memory with their number.
    """
    table = np.zeros(words.word_bp + 1)
    table[: len(by_mismatches)] = by_mismatches[: words.word_bp + 1]
    packed, shares = words.words.astype(np.int32), words.counts
    if words.both_strands:
        # Pairs of both strands are twice those of one with both, and a word has as many neighbors as its
        # reverse complement: of the two, one is asked.
        turned = reverse_words(words.words, words.word_bp)
        shares = shares * np.where(words.words < turned, 1.0, 0.5 * (words.words == turned))
    found = np.zeros(len(words))
    for row, (first, last) in enumerate(zip(words.edges[:-1], words.edges[1:], strict=True)):
        own = packed[first:last]
        asked = np.flatnonzero(shares[first:last])
        step = max(1, _PAIRS // max(1, len(own)))
        for start in range(0, len(asked), step):
            some = asked[start : start + step]
            counted = table[mismatches(own[some, None], own)] @ words.counts[first:last]
            found[row] += shares[first:last][some] @ counted
    return found


def mismatches(
    one: Int32[np.ndarray, "*pairs"], other: Int32[np.ndarray, "*others"]
) -> UInt8[np.ndarray, "*found"]:
    """Return at how many bases words differ."""
    differing = one ^ other
    differing |= differing >> 1
    differing &= _EVERY_OTHER_BIT
    return np.bitwise_count(differing)
