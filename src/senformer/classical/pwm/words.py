"""The scores of matrices at every place of a sequence, six positions in one look-up."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Int32, Int64, UInt8

from senformer.classical.pwm.scoring import Weights

# Tables of 4^6 scores stay in the fastest cache.
_WORD = 6
# Starts of a chunk: all matrices read its words before the next.
_STARTS = 1 << 15

Tables = list[Int32[np.ndarray, " _word"]]
# Number of the matrix, start, score.
Hits = tuple[Int64[np.ndarray, " _hit"], Int64[np.ndarray, " _hit"], Int64[np.ndarray, " _hit"]]


def word_tables(weights: Weights) -> Tables:
    """Return the scores of all words of six bases, for every six positions; behind the end all score 0."""
    padded = np.zeros((-(-len(weights) // _WORD) * _WORD, 4), dtype=np.int32)
    padded[: len(weights)] = weights
    tables = []
    for first in range(0, len(padded), _WORD):
        table = np.zeros(1, dtype=np.int32)
        for row in padded[first : first + _WORD]:
            table = (table[:, None] + row).reshape(-1)
        tables.append(table)
    return tables


def find_hits(
    codes: UInt8[np.ndarray, " base"], matrices: Sequence[Tables], thresholds: Sequence[int]
) -> Iterator[Hits]:
    """Yield what reaches the threshold of its matrix, chunk by chunk.

    An unknown base counts as A, and so does what lies behind the end: such hits are the caller's to drop.
    """
    reach = max(len(tables) for tables in matrices) * _WORD
    for first in range(0, len(codes), _STARTS):
        n_starts = min(_STARTS, len(codes) - first)
        words = _words(codes[first : first + n_starts + reach], n_starts + reach)
        scores, more = np.empty(n_starts, dtype=np.int32), np.empty(n_starts, dtype=np.int32)
        for number, (tables, threshold) in enumerate(zip(matrices, thresholds, strict=True)):
            # With a mode numpy writes into the array at once, without a copy to fall back to.
            np.take(tables[0], words[:n_starts], out=scores, mode="clip")
            for block, table in enumerate(tables[1:], 1):
                at = block * _WORD
                scores += np.take(table, words[at : at + n_starts], out=more, mode="clip")
            start = np.flatnonzero(scores >= threshold)
            if len(start):
                yield np.full(len(start), number), start + first, scores[start].astype(np.int64)


def _words(codes: UInt8[np.ndarray, " base"], n_words: int) -> Int64[np.ndarray, " place"]:
    """Return the number in base 4 of the six bases from every place on."""
    bases = np.zeros(n_words + _WORD - 1, dtype=np.int64)
    bases[: len(codes)] = codes
    bases[bases > 3] = 0
    words = np.zeros(n_words, dtype=np.int64)
    for offset in range(_WORD):
        words = words * 4 + bases[offset : offset + n_words]
    return words
