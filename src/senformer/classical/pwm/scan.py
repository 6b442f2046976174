"""Find the sites of motifs on both strands of a sequence, by exact p-values."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64, UInt8

from senformer.classical.pwm.scoring import STEPS_A_BIT, UNIFORM, integer_weights, strand_background
from senformer.classical.pwm.tail import ScoreTail, score_tail
from senformer.classical.pwm.words import Hits, Tables, find_hits, word_tables
from senformer.core.shapes import N_CODE
from senformer.genome.motif_file import MotifMatrix

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sites:
    """Sites, by start, motif and strand.

    Attributes
    ----------
    motif
        Which motif, by its number.
    start, end
        0-based and half-open.
    strand
        1 or -1.
    score
        In bits.
    p_value
        Chance that a random site scores as much or more.
    """

    motif: Int64[np.ndarray, " site"]
    start: Int64[np.ndarray, " site"]
    end: Int64[np.ndarray, " site"]
    strand: Int64[np.ndarray, " site"]
    score: Float64[np.ndarray, " site"]
    p_value: Float64[np.ndarray, " site"]


@dataclass(frozen=True)
class Scanner:
    """Motifs, ready to be looked for; made by :func:`make_scanner`.

    Attributes
    ----------
    motifs
        As they were read.
    tails
        The p-values of their scores.
    matrices, thresholds
        Their scores and the lowest of a site, once or twice a motif: ``strands`` of them.
    strands
        1 or 2.
    """

    motifs: Sequence[MotifMatrix]
    tails: Sequence[ScoreTail]
    matrices: Sequence[Tables]
    thresholds: Sequence[int]
    strands: int

    @property
    def widest_bp(self) -> int:
        """Width of the widest motif."""
        return max(len(motif.counts) for motif in self.motifs)

    def find(self, codes: UInt8[np.ndarray, " base"]) -> Sites:
        """Return the sites of a sequence; none touches an unknown base.

        Memory: of a chunk, whatever the length of the sequence, and of the sites.
        """
        n_unknown = np.concatenate([[0], np.cumsum(codes == N_CODE, dtype=np.int64)])
        widths = np.array([len(motif.counts) for motif in self.motifs])
        parts = [_known(hits, widths[hits[0] // self.strands], n_unknown) for hits in self._hits(codes)]
        row, start, score = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        order = np.lexsort((row, start))
        row, start, score = row[order], start[order], score[order]
        motif = row // self.strands
        p_values = np.empty(len(row))
        for number in np.unique(motif):
            is_own = motif == number
            p_values[is_own] = self.tails[number].p_value(score[is_own])
        strand = np.where(row % self.strands == 0, 1, -1)
        return Sites(motif, start, start + widths[motif], strand, score / STEPS_A_BIT, p_values)

    def _hits(self, codes: UInt8[np.ndarray, " base"]) -> list[Hits]:
        nothing = np.zeros(0, dtype=np.int64)
        return [(nothing, nothing, nothing), *find_hits(codes, self.matrices, self.thresholds)]


def make_scanner(
    motifs: Sequence[MotifMatrix],
    p_value: float = 1e-4,
    *,
    background: Sequence[float] = UNIFORM,
    pseudocount: float = 0.1,
    both_strands: bool = True,
) -> Scanner:
    """Return motifs ready to be looked for.

    Parameters
    ----------
    motifs
        One or more.
    p_value
        The largest of a site. A motif too short to have so small a one has no sites; the log names it.
    background
        Frequencies of A, C, G, T, which are averaged over both strands.
    pseudocount
        Counts added to each position, spread as the background is.
    both_strands
        Look for sites of the other strand, too.

    Raises
    ------
    ValueError
        There are no motifs, or a number is out of range.
    """
    if not motifs:
        raise ValueError("there are no motifs to look for")
    if not 0 < p_value <= 1:
        raise ValueError(f"p_value is {p_value}, it must be above 0 and 1 at most")
    frequencies = strand_background(background)
    weights = [integer_weights(motif, frequencies, pseudocount) for motif in motifs]
    tails = [score_tail(matrix, frequencies) for matrix in weights]
    short = [m.name for m, tail in zip(motifs, tails, strict=True) if tail.p_values[-1] > p_value]
    if short:
        log.warning(
            "warning: %d of %d motifs have no site with a p-value of %g or less: %s",
            *(len(short), len(motifs), p_value, ", ".join(short[:5])),
        )
    turns = (1, -1) if both_strands else (1,)
    matrices = [word_tables(matrix[::turn, ::turn]) for matrix in weights for turn in turns]
    thresholds = [tail.threshold(p_value) for tail in tails for _ in turns]
    return Scanner(motifs, tails, matrices, thresholds, len(turns))


def _known(hits: Hits, widths: Int64[np.ndarray, " hit"], n_unknown: Int64[np.ndarray, " place"]) -> Hits:
    """Leave out hits that touch an unknown base, or reach over the end."""
    row, start, score = hits
    end = start + widths
    keep = np.flatnonzero(end < len(n_unknown))
    keep = keep[n_unknown[end[keep]] == n_unknown[start[keep]]]
    return row[keep], start[keep], score[keep]
