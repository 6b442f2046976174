"""Variants of the simulated world and their exact effects.

A variant changes sites only where it touches them, so its effect is computed from the sites around it:
the old ones against those of the changed sequence, through the same grammar.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from senformer.core.shapes import BASES, N_CODE
from senformer.simulate.elements import Element, PlantedSite
from senformer.simulate.grammar import (
    ENHANCER_FAR_BP,
    LOCAL_REACH_BP,
    STEP_BP,
    known_fraction,
    signal_of_sites,
)
from senformer.simulate.motifs import motif_index, read_motifs
from senformer.simulate.scan import Sites, find_sites, join_sites

SHARES = {"break": 0.35, "weaken": 0.15, "create": 0.10, "control": 0.40}
# In expected counts, over bins and tracks: the smallest effect of a causal variant, the largest of a control.
MIN_CAUSAL = 8.0
MAX_CONTROL = 0.5
_SIGNAL_REACH_BP = ENHANCER_FAR_BP + LOCAL_REACH_BP
_SITE_REACH_BP = 2 * ENHANCER_FAR_BP + 2 * LOCAL_REACH_BP


@dataclass(frozen=True)
class SimulatedVariant:
    """One SNV: place, alleles, why it was made, and what it does.

    Attributes
    ----------
    chrom, start, ref, alt
        0-based place and allele codes.
    kind
        ``break``, ``weaken``, ``create`` or ``control``.
    motif, element
        What it lies in; empty if in neither.
    effect
        Per track, expected(ALT) - expected(REF) summed over all bins, in counts.
    total
        Sum over bins and tracks of the absolute difference, in counts.
    """

    chrom: str
    start: int
    ref: int
    alt: int
    kind: str
    motif: str
    element: str
    effect: Float[np.ndarray, " track"]
    total: float

    @property
    def main_track(self) -> int:
        """Index of the track that changes most."""
        return int(np.abs(self.effect).argmax())


@dataclass(frozen=True)
class Chromosome:
    """One finished chromosome: its sequence, elements and sites."""

    name: str
    codes: UInt8[np.ndarray, " base"]
    elements: list[Element]
    sites: Sites


def changed_sites(chromosome: Chromosome, start: int, alt: int) -> Sites:
    """Return the sites around ``start`` after one base became ``alt``, as a new scan of all would."""
    widest = max(motif.width for motif in read_motifs())
    first, last = max(0, start - widest + 1), min(len(chromosome.codes), start + widest)
    codes = chromosome.codes[first:last].copy()
    codes[start - first] = alt
    old = chromosome.sites.between(start - _SITE_REACH_BP, start + _SITE_REACH_BP)
    untouched = old.take((old.start > start) | (old.start + old.width <= start))
    new = find_sites(codes).shift(first)
    touched = new.take((new.start <= start) & (new.start + new.width > start))
    return join_sites([untouched, touched])


def variant_effect(chromosome: Chromosome, start: int, alt: int) -> tuple[Float[np.ndarray, " track"], float]:
    """Return what one SNV does: per track summed over bins, and the total of absolute differences.

    Parameters
    ----------
    chromosome
        Sequence with its sites.
    start
        0-based place of the changed base.
    alt
        Code of the new base.
    """
    old = chromosome.sites.between(start - _SITE_REACH_BP, start + _SITE_REACH_BP)
    new = changed_sites(chromosome, start, alt)
    origin = max(0, start - _SIGNAL_REACH_BP) // STEP_BP * STEP_BP
    end = min(len(chromosome.codes), start + _SIGNAL_REACH_BP)
    known = known_fraction(chromosome.codes[origin:end])
    delta = signal_of_sites(new.shift(-origin), known) - signal_of_sites(old.shift(-origin), known)
    return delta.sum(axis=0), float(np.abs(delta).sum())


@dataclass(frozen=True)
class _Candidate:
    start: int
    alt: int
    motif: str
    element: str


def _site_changes(
    chromosome: Chromosome, element: Element, site: PlantedSite
) -> Iterator[tuple[int, int, float, float, float]]:
    """Yield ``start, alt, strength before, strength after, information`` for every SNV in a site."""
    motif = read_motifs()[motif_index(site.motif)]
    codes = chromosome.codes[site.start : site.end]
    instance = codes if site.strand > 0 else _complement(codes)[::-1]
    before = motif.score(instance)
    for position, base in enumerate(instance):
        start = site.start + position if site.strand > 0 else site.end - 1 - position
        for other in range(4):
            if other != base:
                change = motif.log_odds[position, other] - motif.log_odds[position, base]
                after = motif.strength(before + change)
                alt = other if site.strand > 0 else 3 - other
                yield (
                    start,
                    alt,
                    float(motif.strength(before)),
                    float(after),
                    float(motif.information[position]),
                )


def _complement(codes: UInt8[np.ndarray, " base"]) -> UInt8[np.ndarray, " base"]:
    return np.where(codes < N_CODE, 3 - codes, N_CODE).astype(np.uint8)


def _candidates(chromosome: Chromosome, kind: str, rng: np.random.Generator) -> Iterator[_Candidate]:
    """Yield places for variants of one kind, in random order, at most one a site."""
    if kind == "control":
        yield from _controls(chromosome, rng)
        return
    pairs = [(element, site) for element in chromosome.elements for site in element.sites]
    for index in rng.permutation(len(pairs)):
        element, site = pairs[index]
        if site.intact == (kind == "create"):
            continue
        fits = [
            (start, alt)
            for start, alt, before, after, _ in _site_changes(chromosome, element, site)
            if _fits(kind, before, after)
        ]
        if fits:
            start, alt = fits[int(rng.integers(len(fits)))]
            yield _Candidate(start, alt, site.motif, element.name)


def _fits(kind: str, before: float, after: float) -> bool:
    if kind == "break":
        return before > 0.9 and after < 0.02
    if kind == "weaken":
        return before > 0.9 and 0.3 <= after <= 0.85
    return before < 0.02 and after > 0.9


def _controls(chromosome: Chromosome, rng: np.random.Generator) -> Iterator[_Candidate]:
    """Yield places without effect in turn: background, flank of an element, free base inside a motif."""
    in_motif = [(site, element) for element in chromosome.elements for site in element.sites if site.intact]
    while True:
        start = int(rng.integers(len(chromosome.codes)))
        yield _Candidate(start, _other(chromosome, start, rng), "", "")
        element = chromosome.elements[int(rng.integers(len(chromosome.elements)))]
        start = int(rng.integers(element.start - 100, element.end + 100))
        yield _Candidate(start, _other(chromosome, start, rng), "", element.name)
        site, element = in_motif[int(rng.integers(len(in_motif)))]
        free = [
            (start, alt)
            for start, alt, before, after, bits in _site_changes(chromosome, element, site)
            if after == before and bits < 0.01
        ]
        if free:
            start, alt = free[int(rng.integers(len(free)))]
            yield _Candidate(start, alt, site.motif, element.name)


def _other(chromosome: Chromosome, start: int, rng: np.random.Generator) -> int:
    return int(chromosome.codes[start] + 1 + rng.integers(3)) % 4


def make_variants(
    chromosomes: list[Chromosome], n_variants: int, rng: np.random.Generator
) -> list[SimulatedVariant]:
    """Return variants of all kinds, dealt over the chromosomes in turn, sorted by place.

    Fewer than asked for come back only if the world has too few fitting sites.

    Parameters
    ----------
    chromosomes
        The finished world.
    n_variants
        How many, shared out as :data:`SHARES` says.
    rng
        Source of every choice.
    """
    edges = np.round(np.cumsum(list(SHARES.values())) * n_variants).astype(int)
    wanted = dict(zip(SHARES, np.diff(edges, prepend=0), strict=True))
    taken: set[tuple[str, int]] = set()
    made: list[SimulatedVariant] = []
    for kind, count in wanted.items():
        sources = [(chromosome, _candidates(chromosome, kind, rng)) for chromosome in chromosomes]
        made.extend(_draw(sources, kind, int(count), taken))
    order = {chromosome.name: index for index, chromosome in enumerate(chromosomes)}
    return sorted(made, key=lambda variant: (order[variant.chrom], variant.start))


def _draw(
    sources: list[tuple[Chromosome, Iterator[_Candidate]]],
    kind: str,
    count: int,
    taken: set[tuple[str, int]],
) -> Iterator[SimulatedVariant]:
    """Yield ``count`` variants of one kind, one chromosome after the other in turn."""
    made = 0
    while made < count and sources:
        for chromosome, candidates in list(sources):
            variant = _next(chromosome, candidates, kind, taken)
            if variant is None:
                sources = [source for source in sources if source[0] is not chromosome]
                continue
            taken.add((variant.chrom, variant.start))
            made += 1
            yield variant
            if made == count:
                return


def _next(
    chromosome: Chromosome,
    candidates: Iterator[_Candidate],
    kind: str,
    taken: set[tuple[str, int]],
) -> SimulatedVariant | None:
    """Return the next candidate whose exact effect fits its kind; None when there is none left."""
    for found in candidates:
        if (chromosome.name, found.start) in taken or chromosome.codes[found.start] == N_CODE:
            continue
        effect, total = variant_effect(chromosome, found.start, found.alt)
        if total > MAX_CONTROL if kind == "control" else total < MIN_CAUSAL:
            continue
        return SimulatedVariant(
            chromosome.name,
            found.start,
            int(chromosome.codes[found.start]),
            found.alt,
            kind,
            found.motif,
            found.element,
            effect,
            total,
        )
    return None


def allele(code: int) -> str:
    """Return the letter of a base code."""
    return BASES[code]
