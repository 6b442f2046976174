"""Which random variants a variant is compared with: of like GC content, as far from a gene's start."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from senformer.genome.fasta import FastaReader

# Upper bounds of distances to the nearest start, in bp; the last class is open.
DISTANCES_BP = (1_000, 10_000, 100_000)
_FLANK_BP = 500
_N_GC = 3


@dataclass(frozen=True)
class Strata:
    """Classes of places in a genome.

    Attributes
    ----------
    gc_bounds
        Shares of G and C that part the classes of GC content, ascending.
    starts
        Sorted starts of transcripts of each chromosome, 0-based; empty where classes do not go by them.
    """

    gc_bounds: tuple[float, ...]
    starts: Mapping[str, Int64[np.ndarray, " start"]]

    @property
    def names(self) -> list[str]:
        """Names of all classes: ``gc 0.38-0.42``, with ``, tss <1000`` where genes are known."""
        bounds = ["0", *(f"{bound:.3f}" for bound in self.gc_bounds), "1"]
        by_gc = [f"gc {low}-{high}" for low, high in itertools.pairwise(bounds)]
        if not self.starts:
            return by_gc
        near = [f"tss <{bound}" for bound in DISTANCES_BP] + [f"tss >={DISTANCES_BP[-1]}"]
        return [f"{gc}, {distance}" for gc in by_gc for distance in near]

    def of(self, fasta: FastaReader, chrom: str, position: int) -> int:
        """Return the number of the class of a base."""
        number = int(np.searchsorted(self.gc_bounds, gc_around(fasta, chrom, position), side="right"))
        if not self.starts:
            return number
        nearest = _distance(self.starts.get(chrom, np.empty(0, dtype=np.int64)), position)
        return number * (len(DISTANCES_BP) + 1) + int(np.searchsorted(DISTANCES_BP, nearest, side="right"))


def gc_around(fasta: FastaReader, chrom: str, position: int) -> float:
    """Return the share of G and C among the known bases within 500 bp of a base; 0.5 where none is known."""
    start, end = max(0, position - _FLANK_BP), min(fasta.chrom_sizes[chrom], position + _FLANK_BP + 1)
    codes = fasta.fetch(chrom, start, end)
    known = int((codes < 4).sum())
    return float(((codes == 1) | (codes == 2)).sum() / known) if known else 0.5


def _distance(starts: Int64[np.ndarray, " start"], position: int) -> float:
    index = int(np.searchsorted(starts, position))
    near = starts[max(0, index - 1) : index + 1]
    return float(np.abs(near - position).min()) if len(near) else float("inf")


def gc_bounds(shares: Sequence[float] | Float64[np.ndarray, " place"]) -> tuple[float, ...]:
    """Return the bounds that part places into three classes of GC content of one size."""
    inner = np.quantile(np.asarray(shares), np.arange(1, _N_GC) / _N_GC)
    return tuple(float(bound) for bound in inner.round(3))
