"""Random single-base variants, as many of every class of places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int64

from senformer.core.errors import DataError
from senformer.core.seeding import numpy_rng
from senformer.core.shapes import BASES
from senformer.genome.fasta import FastaReader
from senformer.genome.regions import merge
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.variants.background.strata import Strata, gc_around, gc_bounds

# About two in three common human variants are transitions (A-G, C-T), one in three of all changes.
TRANSITIONS = 2 / 3
_PARTNER = {"A": "G", "G": "A", "C": "T", "T": "C"}
_N_PILOT = 2_000
# Places looked at for each variant wanted, before a class is given up as too rare.
_PATIENCE = 60


@dataclass(frozen=True)
class Drawn:
    """Random variants and their classes.

    Attributes
    ----------
    variants
        In the genome's order.
    stratum
        Class of each.
    strata
        The classes.
    """

    variants: list[Variant]
    stratum: Int64[np.ndarray, " variant"]
    strata: Strata


def draw(
    fasta: FastaReader,
    n: int,
    seed: int,
    *,
    starts: Mapping[str, Int64[np.ndarray, " start"]] | None = None,
    regions: pd.DataFrame | None = None,
) -> Drawn:
    """Return about ``n`` random variants, as many of each class as there are to be had.

    Places are drawn with equal chance from all known bases, their alternates so that two in three are
    transitions. Bounds of GC content part the places drawn first into three equal classes. A class that is
    too rare in the genome stays smaller.

    Parameters
    ----------
    fasta
        The genome.
    n
        Variants wanted; at least one a class.
    seed
        Of everything that is random.
    starts
        Starts of transcripts of each chromosome (0-based): classes by distance to the nearest, too.
    regions
        ``chrom, start, end``: only there; everywhere by default.

    Raises
    ------
    DataError
        No known base was found (E770).
    """
    rng = numpy_rng(seed, "background")
    places = _places(fasta, rng, regions)
    pilot = [place for place, _ in zip(places, range(_N_PILOT), strict=False)]
    strata = Strata(gc_bounds([gc_around(fasta, *place) for place in pilot]), dict(starts or {}))
    quota = -(-n // len(strata.names))
    counts = np.zeros(len(strata.names), dtype=np.int64)
    found: dict[tuple[str, int], tuple[Variant, int]] = {}
    for place, _ in zip(_after(pilot, places), range(_PATIENCE * n), strict=False):
        stratum = strata.of(fasta, *place)
        if counts[stratum] < quota and place not in found:
            counts[stratum] += 1
            found[place] = _variant(fasta, rng, *place), stratum
        if counts.min() == quota:
            break
    rank = {name: index for index, name in enumerate(fasta.chrom_sizes)}
    order = sorted(found, key=lambda place: (rank[place[0]], place[1]))
    chosen = [found[place] for place in order]
    return Drawn([variant for variant, _ in chosen], np.array([s for _, s in chosen], dtype=np.int64), strata)


def _after(pilot: list[tuple[str, int]], more: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    yield from pilot
    yield from more


def _places(
    fasta: FastaReader, rng: np.random.Generator, regions: pd.DataFrame | None
) -> Iterator[tuple[str, int]]:
    """Yield known bases at random, without end."""
    if regions is None:
        sizes = fasta.chrom_sizes
        regions = pd.DataFrame({"chrom": list(sizes), "start": 0, "end": list(sizes.values())})
    stretches = merge(regions)
    widths = (stretches["end"] - stretches["start"]).to_numpy()
    ends = np.cumsum(widths)
    missed = 0
    while True:
        place = int(rng.integers(ends[-1]))
        row = int(np.searchsorted(ends, place, side="right"))
        chrom, end = str(stretches["chrom"].iloc[row]), int(stretches["end"].iloc[row])
        position = end - (int(ends[row]) - place)
        if fasta.fetch(chrom, position, position + 1)[0] < len(BASES):
            missed = 0
            yield chrom, position
            continue
        missed += 1
        if missed > 1000:
            found = "has no known base among 1,000 random places"
            raise DataError("E770", str(fasta.path), found, "Give other regions, or another genome.")


def _variant(fasta: FastaReader, rng: np.random.Generator, chrom: str, position: int) -> Variant:
    ref = decode(fasta.fetch(chrom, position, position + 1))
    partner = _PARTNER[ref]
    others = [base for base in "ACGT" if base not in (ref, partner)]
    alt = partner if rng.random() < TRANSITIONS else others[int(rng.integers(2))]
    return Variant(chrom, position, ref, alt)
