"""The words of sequences as numbers of two bits a base, each word once a sequence with what it counts."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8

from senformer.core.shapes import N_CODE

Codes = UInt8[np.ndarray, "row base"]
WordArray = Int64[np.ndarray, "row word"]


@dataclass(frozen=True)
class Words:
    """The words of some sequences, in the order of their rows.

    Attributes
    ----------
    edges
        Where the words of each row begin, and the end.
    words
        Two bits a base, the first base highest; in each row every word once, in order.
    counts
        How often it occurs there, or the sum of the weights of the places where it does.
    word_bp
        Bases a word.
    both_strands
        Whether the words of the reverse complement are among them.
    """

    edges: Int64[np.ndarray, " edge"]
    words: Int64[np.ndarray, " entry"]
    counts: Float64[np.ndarray, " entry"]
    word_bp: int
    both_strands: bool

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.edges) - 1

    @property
    def rows(self) -> Int64[np.ndarray, " entry"]:
        """The row of every entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.edges))


def pack_words(codes: Codes, word_bp: int) -> tuple[WordArray, WordArray, Bool[np.ndarray, "row word"]]:
    """Return the word at every place, that of the other strand, and whether all of its bases are known."""
    n_places = max(0, codes.shape[1] - word_bp + 1)
    shape = len(codes), n_places
    forward, reverse = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    known = np.ones(shape, dtype=bool)
    for base in range(word_bp):
        column = codes[:, base : base + n_places]
        known &= column < N_CODE
        forward |= (column.astype(np.int64) & 3) << 2 * (word_bp - 1 - base)
        reverse |= (3 - (column.astype(np.int64) & 3)) << 2 * base
    return forward, reverse, known


def count_words(
    codes: Codes,
    word_bp: int,
    *,
    both_strands: bool = True,
    weights: Float64[np.ndarray, "row word"] | None = None,
) -> Words:
    """Return the words of every sequence; those with an N are left out.

    Parameters
    ----------
    codes
        A, C, G, T, N = 0..4; shorter sequences padded with N.
    word_bp
        Bases a word.
    both_strands
        Count those of the reverse complement too.
    weights
        What the word at every place counts, on either strand; 1 by default.
    """
    forward, reverse, known = pack_words(codes, word_bp)
    row, place = np.nonzero(known)
    strands = [forward, reverse] if both_strands else [forward]
    keys = np.concatenate([(row << 2 * word_bp) | strand[row, place] for strand in strands])
    if weights is None:
        keys, counts = np.unique(keys, return_counts=True)
    else:
        keys, inverse = np.unique(keys, return_inverse=True)
        counts = np.bincount(inverse, np.tile(weights[row, place], len(strands)), len(keys))
    edges = np.searchsorted(keys, np.arange(len(codes) + 1) << 2 * word_bp)
    words = keys & ((1 << 2 * word_bp) - 1)
    return Words(edges, words, counts.astype(np.float64), word_bp, both_strands)


def spell_words(words: Int64[np.ndarray, " entry"], word_bp: int) -> Codes:
    """Return the codes of words, each a row."""
    shifts = 2 * np.arange(word_bp - 1, -1, -1)
    return ((words[:, None] >> shifts) & 3).astype(np.uint8)


def reverse_words(words: Int64[np.ndarray, " entry"], word_bp: int) -> Int64[np.ndarray, " entry"]:
    """Return the reverse complement of every word."""
    turned = np.zeros_like(words)
    for base in range(word_bp):
        turned |= (3 - (words >> 2 * base & 3)) << 2 * (word_bp - 1 - base)
    return turned


def sum_rows(words: Words, values: Float64[np.ndarray, "entry track"]) -> Float64[np.ndarray, "row track"]:
    """Return the sum over the words of every sequence of a value of the word times what it counts."""
    weighted = values * words.counts[:, None]
    ends = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(weighted, axis=0)])
    return ends[words.edges[1:]] - ends[words.edges[:-1]]


def center_weights(
    codes: Codes, word_bp: int, largest: int, half_bp: float
) -> Float64[np.ndarray, "row word"]:
    """Return what the word at every place counts: ``largest`` in the middle, half of it ``half_bp`` away.

    Whole numbers, at least 1. The middle is that of the sequence without the N at its ends, counted in words
    and rounded up.
    """
    is_known = codes < N_CODE
    first = is_known.argmax(axis=1)
    last = codes.shape[1] - is_known[:, ::-1].argmax(axis=1)
    middle = first + np.maximum(0, last - first - word_bp + 1) // 2
    places = np.arange(max(0, codes.shape[1] - word_bp + 1))
    away = np.abs(places - middle[:, None])
    return np.minimum(largest, np.floor(largest * np.exp2(-away / half_bp) + 1)).astype(np.float64)
