"""Where enhancers and promoters lie in a world of far enhancers, and their motifs.

Enhancers of one code lie so far apart that no promoter has two in reach. Promoters lie anywhere and draw
their code without regard to enhancers: nothing near a promoter tells whether one is in reach.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from senformer.simulate.config import MIN_SPACING_BP
from senformer.simulate.elements import Element, Slot, coin, is_clear, write_slot
from senformer.simulate.far.config import APART, FarConfig
from senformer.simulate.far.reach import CODES

_ENHANCER_SITES, _SITE_SPACING_BP = 4, 26
_PROMOTERS, _PROMOTER_SITE_BP = ("promoter_tata", "promoter_yy1"), -104
_TRIES = 200


@dataclass(frozen=True)
class Plan:
    """An element to be planted: its middle or start, its kind and its code (empty: none)."""

    anchor: int
    kind: str
    code: str


class _Places:
    """Takes places on a chromosome, never two closer than elements may be."""

    def __init__(self, length_bp: int, gaps: list[tuple[int, int]]) -> None:
        self.length_bp, self._gaps = length_bp, gaps
        self._taken: list[int] = []

    def take(self, position: int) -> bool:
        """Take ``position`` if it is free; say whether it was."""
        at = bisect_left(self._taken, position)
        near = self._taken[max(0, at - 1) : at + 1]
        if any(abs(position - other) < MIN_SPACING_BP for other in near):
            return False
        if not is_clear(position, self.length_bp, self._gaps):
            return False
        insort(self._taken, position)
        return True


def plan_elements(
    length_bp: int, far: FarConfig, gaps: list[tuple[int, int]], rng: np.random.Generator
) -> list[Plan]:
    """Return the elements of a chromosome, by position.

    A promoter or CTCF site whose place is taken is left out: the tables hold those that are there.
    """
    places, plans = _Places(length_bp, gaps), []
    for code in CODES:
        plans += [Plan(at, f"enhancer_{code}", code) for at in _place_enhancers(places, far, rng)]
    for _ in range(length_bp // far.gene_every_bp):
        kind, code = _PROMOTERS[int(rng.integers(2))], tuple(CODES)[int(rng.integers(len(CODES)))]
        at = int(rng.integers(length_bp))
        plans += [Plan(at, kind, code)] if places.take(at) else []
    for _ in range(length_bp // far.ctcf_every_bp):
        at = int(rng.integers(length_bp))
        plans += [Plan(at, "ctcf_site", "")] if places.take(at) else []
    return sorted(plans, key=lambda plan: plan.anchor)


def _place_enhancers(places: _Places, far: FarConfig, rng: np.random.Generator) -> list[int]:
    low, high = (int(times * far.max_bp) for times in APART)
    found, at = [], int(rng.integers(low))
    while at < places.length_bp:
        # A step aside where the place is taken.
        place = next(
            (x for x in range(at, at + _TRIES * MIN_SPACING_BP, MIN_SPACING_BP) if places.take(x)), None
        )
        found += [] if place is None else [place]
        at = (at if place is None else place) + int(rng.integers(low, high))
    return found


def _slots(plan: Plan, rng: np.random.Generator) -> list[Slot]:
    """Return the motifs of an element."""
    if plan.kind == "ctcf_site":
        return [Slot("CTCF", 0, coin(rng))]

    def site(middle_bp: int) -> Slot:
        return Slot(CODES[plan.code][int(rng.integers(2))], middle_bp, coin(rng))

    if plan.kind.startswith("enhancer"):
        first = -_SITE_SPACING_BP * (_ENHANCER_SITES - 1) // 2
        return [site(first + number * _SITE_SPACING_BP) for number in range(_ENHANCER_SITES)]
    core = Slot("TBP", -30) if plan.kind == "promoter_tata" else Slot("YY1", 12)
    return [core, Slot("SP1", -54, coin(rng)), Slot("NFY", -78, coin(rng)), site(_PROMOTER_SITE_BP)]


def plant_far_elements(
    chrom: str,
    codes: UInt8[np.ndarray, " base"],
    far: FarConfig,
    gaps: list[tuple[int, int]],
    rng: np.random.Generator,
) -> tuple[UInt8[np.ndarray, " base"], list[Element]]:
    """Return a chromosome with elements written into it, and the elements.

    Parameters
    ----------
    chrom
        Name of the chromosome; elements are named after it.
    codes
        Background sequence; left as it is.
    far
        Reach, and how many promoters there are.
    gaps
        Stretches of unknown bases, which stay clear of elements.
    rng
        Source of every choice.
    """
    planted, elements = codes.copy(), []
    for index, plan in enumerate(plan_elements(len(codes), far, gaps, rng)):
        strand = coin(rng)
        sites = [write_slot(planted, slot, plan.anchor, strand, rng) for slot in _slots(plan, rng)]
        sites.sort(key=lambda site: site.start)
        pointing = strand if plan.kind.startswith("promoter") else 0
        name = f"{chrom}_e{index:04d}"
        elements.append(Element(name, chrom, plan.kind, pointing, plan.anchor, tuple(sites)))
    return planted, elements
