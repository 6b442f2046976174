"""Choose the variants of the simulated world: causal ones of three kinds, and controls without effect."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from senformer.core.shapes import BASES, N_CODE
from senformer.simulate.effects import Chromosome, variant_effect
from senformer.simulate.elements import PlantedSite
from senformer.simulate.motifs import motif_index, read_motifs

SHARES = {"break": 0.35, "weaken": 0.15, "create": 0.10, "control": 0.40}
# Total effect in expected counts at depth 1: the least of a causal variant, the most of a control.
MIN_TOTAL = {"break": 20.0, "weaken": 8.0, "create": 15.0}
MAX_CONTROL = 0.1
_FLANK_BP = 100


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
        Per track, expected(ALT) - expected(REF) summed over all bins, in counts at depth 1.
    total
        Sum over steps and tracks of the absolute difference, in counts at depth 1.
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
    def main_track(self) -> int | None:
        """Index of the track that changes most; None if none changes."""
        return int(np.abs(self.effect).argmax()) if self.total > 0 else None


@dataclass(frozen=True)
class _Change:
    """One possible SNV in a planted site: strength and score of the site before and after."""

    start: int
    alt: int
    strength: float
    new_strength: float
    score_change: float

    def fits(self, kind: str) -> bool:
        """Say whether this makes a variant of ``kind``."""
        was_full, was_none = self.strength > 0.9, self.strength < 0.02
        return {
            "break": was_full and self.new_strength < 0.02,
            "weaken": was_full and 0.3 <= self.new_strength <= 0.85,
            "create": was_none and self.new_strength > 0.9,
            "control": was_full and self.score_change == 0.0,
        }[kind]


@dataclass(frozen=True)
class _Candidate:
    start: int
    alt: int
    motif: str
    element: str


def _site_changes(codes: UInt8[np.ndarray, " base"], site: PlantedSite) -> Iterator[_Change]:
    """Yield every SNV in a site of the chromosome ``codes``."""
    motif = read_motifs()[motif_index(site.motif)]
    instance = codes[site.start : site.end]
    if site.strand < 0:
        instance = 3 - instance[::-1]
    score = motif.score(instance)
    for position, base in enumerate(instance):
        start = site.start + position if site.strand > 0 else site.end - 1 - position
        for other in (code for code in range(4) if code != base):
            change = float(motif.log_odds[position, other] - motif.log_odds[position, base])
            alt = other if site.strand > 0 else 3 - other
            strength, changed = motif.strength(np.array([score, score + change]))
            yield _Change(start, alt, float(strength), float(changed), change)


def _in_sites(chromosome: Chromosome, kind: str, rng: np.random.Generator) -> Iterator[_Candidate]:
    """Yield one SNV a planted site where one of ``kind`` is possible, sites in random order."""
    pairs = [(element, site) for element in chromosome.elements for site in element.sites]
    for index in rng.permutation(len(pairs)):
        element, site = pairs[index]
        fits = [change for change in _site_changes(chromosome.codes, site) if change.fits(kind)]
        if fits:
            change = fits[int(rng.integers(len(fits)))]
            yield _Candidate(change.start, change.alt, site.motif, element.name)


def _outside_sites(chromosome: Chromosome, rng: np.random.Generator) -> Iterator[_Candidate]:
    """Yield random places of the chromosome and, in turn, of the elements' surroundings, without end."""
    codes, elements = chromosome.codes, chromosome.elements
    while True:
        start = int(rng.integers(len(codes)))
        yield _Candidate(start, _other(codes, start, rng), "", "")
        if elements:
            element = elements[int(rng.integers(len(elements)))]
            start = int(rng.integers(element.start - _FLANK_BP, element.end + _FLANK_BP))
            yield _Candidate(start, _other(codes, start, rng), "", element.name)


def _other(codes: UInt8[np.ndarray, " base"], start: int, rng: np.random.Generator) -> int:
    return (int(codes[start]) + 1 + int(rng.integers(3))) % 4


def _candidates(chromosome: Chromosome, kind: str, rng: np.random.Generator) -> Iterator[_Candidate]:
    """Yield places for variants of one kind; of controls every third lies inside a site."""
    inside = _in_sites(chromosome, kind, rng)
    if kind != "control":
        yield from inside
        return
    outside = _outside_sites(chromosome, rng)
    while True:
        yield next(outside)
        yield next(outside)
        found = next(inside, None)
        if found:
            yield found


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
        source = sources[0]
        variant = _next(*source, kind, taken)
        sources = sources[1:]
        if variant is not None:
            sources.append(source)
            taken.add((variant.chrom, variant.start))
            made += 1
            yield variant


def _next(
    chromosome: Chromosome,
    candidates: Iterator[_Candidate],
    kind: str,
    taken: set[tuple[str, int]],
) -> SimulatedVariant | None:
    """Return the next candidate whose exact effect fits its kind; None when there is none left."""
    for found in candidates:
        ref = int(chromosome.codes[found.start])
        if (chromosome.name, found.start) in taken or ref == N_CODE:
            continue
        effect, total = variant_effect(chromosome, found.start, found.alt)
        if total > MAX_CONTROL if kind == "control" else total < MIN_TOTAL[kind]:
            continue
        place = (chromosome.name, found.start, ref, found.alt)
        return SimulatedVariant(*place, kind, found.motif, found.element, effect, total)
    return None


def allele(code: int) -> str:
    """Return the letter of a base code."""
    return BASES[code]
