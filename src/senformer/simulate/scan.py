"""Find motif sites in a sequence: every place on either strand where a motif has strength above zero.

Between the sequence and :mod:`senformer.simulate.grammar`, which sees sites only.
"""

import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, Int8, UInt8

from senformer.simulate.motifs import Motif, read_motifs

ORIENTED = frozenset({"TBP", "YY1"})
_CHUNK_BP = 1 << 18
_WORD = 4
_UNKNOWN_SCORE = np.float32(-1e4)


@dataclass(frozen=True)
class Sites:
    """Motif sites of one sequence, sorted by start, then motif, then strand.

    Attributes
    ----------
    motif
        Index into :func:`~senformer.simulate.motifs.read_motifs`.
    start, width
        Leftmost base (0-based) and width in bp.
    strand
        +1 or -1; of a motif that has no orientation here, the strand that scores higher.
    score
        Log-odds in bits.
    strength
        0 (excluded) to 1.
    """

    motif: Int[np.ndarray, " site"]
    start: Int[np.ndarray, " site"]
    width: Int[np.ndarray, " site"]
    strand: Int8[np.ndarray, " site"]
    score: Float[np.ndarray, " site"]
    strength: Float[np.ndarray, " site"]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def center(self) -> Float[np.ndarray, " site"]:
        """Middle of the site in bp (half-integer for even widths), the same seen from either strand."""
        return self.start + (self.width - 1) / 2

    def take(self, index: np.ndarray) -> "Sites":
        """Return the sites at ``index`` (integers or a mask)."""
        return Sites(
            self.motif[index],
            self.start[index],
            self.width[index],
            self.strand[index],
            self.score[index],
            self.strength[index],
        )

    def between(self, start: int, end: int) -> "Sites":
        """Return the sites whose leftmost base lies in ``[start, end)``."""
        first, last = np.searchsorted(self.start, [start, end])
        return self.take(np.arange(first, last))

    def shift(self, by_bp: int) -> "Sites":
        """Return the sites moved right by ``by_bp``."""
        return Sites(self.motif, self.start + by_bp, self.width, self.strand, self.score, self.strength)


def join_sites(parts: list[Sites]) -> Sites:
    """Return several sets of sites as one, in order."""
    fields = ("motif", "start", "width", "strand", "score", "strength")
    joined = Sites(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))
    return joined.take(np.lexsort((joined.strand, joined.motif, joined.start)))


def _word_codes(codes: UInt8[np.ndarray, " base"]) -> Int[np.ndarray, " word"]:
    """Return the number in base 5 of the four bases from every position on."""
    count = len(codes) - _WORD + 1
    words = np.zeros(count, dtype=np.int64)
    for offset in range(_WORD):
        words = words * 5 + codes[offset : offset + count]
    return words


@functools.lru_cache(maxsize=64)
def _word_scores(matrix: bytes) -> list[Float32[np.ndarray, " word"]]:
    """Return one table of 625 word scores for every four positions of a matrix; padded with zero rows.

    The matrix comes as the bytes of its ``(position, 4)`` float64 log-odds, which the cache can hold.
    """
    log_odds = np.frombuffer(matrix, dtype=np.float64).reshape(-1, 4)
    padding = -len(log_odds) % _WORD
    table = np.full((len(log_odds) + padding, 5), _UNKNOWN_SCORE, dtype=np.float64)
    table[: len(log_odds), :4] = log_odds
    table[len(log_odds) :] = 0.0
    words = []
    for first in range(0, len(table), _WORD):
        a, b, c, d = table[first : first + _WORD]
        total = a[:, None, None, None] + b[None, :, None, None] + c[None, None, :, None] + d
        words.append(total.reshape(-1).astype(np.float32))
    return words


def scan(codes: UInt8[np.ndarray, " base"], log_odds: Float[np.ndarray, "position 4"]) -> np.ndarray:
    """Return the score of a matrix at every position where it fits, in bits, float32.

    Positions that touch an unknown base score below -9000. Four positions are looked up at once, in
    chunks that stay in cache.
    """
    width = len(log_odds)
    count = len(codes) - width + 1
    if count <= 0:
        return np.zeros(0, dtype=np.float32)
    tables = _word_scores(np.ascontiguousarray(log_odds, dtype=np.float64).tobytes())
    # Bases beyond the end meet only the zero rows that pad the matrix.
    padded = np.concatenate([codes, np.zeros(_WORD, dtype=np.uint8)])
    scores = np.empty(count, dtype=np.float32)
    for first in range(0, count, _CHUNK_BP):
        last = min(first + _CHUNK_BP, count)
        words = _word_codes(padded[first : last + len(tables) * _WORD - 1])
        part = tables[0][words[: last - first]]
        for block, table in enumerate(tables[1:], start=1):
            part = part + table[words[block * _WORD : block * _WORD + last - first]]
        scores[first:last] = part
    return scores


def find_sites(codes: UInt8[np.ndarray, " base"], motifs: tuple[Motif, ...] | None = None) -> Sites:
    """Return every site of every motif with strength above zero, on both strands.

    A motif without orientation (all but TBP and YY1) gives one site per position, on its better strand,
    so that a palindrome does not count twice.

    Parameters
    ----------
    codes
        Sequence codes; a site never holds an unknown base.
    motifs
        Default: the packaged ones.
    """
    parts = []
    for index, motif in enumerate(motifs or read_motifs()):
        forward = scan(codes, motif.log_odds)
        reverse = scan(codes, motif.log_odds[::-1, ::-1])
        if motif.name in ORIENTED:
            parts.append(_sites(index, motif, forward, 1))
            parts.append(_sites(index, motif, reverse, -1))
        else:
            best = np.maximum(forward, reverse)
            strand = np.where(forward >= reverse, 1, -1).astype(np.int8)
            parts.append(_sites(index, motif, best, strand))
    return join_sites(parts)


def _sites(index: int, motif: Motif, scores: np.ndarray, strand: np.ndarray | int) -> Sites:
    # float32 sums differ from exact ones in the sixth digit: rounding makes every chunking agree.
    start = np.flatnonzero(scores > motif.floor_score)
    score = np.round(scores[start].astype(np.float64), 3)
    strength = motif.strength(score)
    strands = np.full(len(scores), strand, dtype=np.int8) if isinstance(strand, int) else strand
    found = Sites(
        np.full(len(start), index),
        start,
        np.full(len(start), motif.width),
        strands[start],
        score,
        strength,
    )
    return found.take(strength > 0)
