"""Plant regulatory elements: promoters, enhancers, silencers and CTCF sites, written into the sequence.

The elements only arrange motifs. What they do is decided by :mod:`senformer.simulate.grammar` from the
finished sequence.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from senformer.genome.sequence import reverse_complement
from senformer.simulate.motifs import motif_index, read_motifs

# Share of each kind; a chromosome deals them out in these proportions, then shuffles.
KINDS = {
    "promoter_tata": 0.20,
    "promoter_yy1": 0.20,
    "enhancer_a": 0.20,
    "enhancer_b": 0.20,
    "enhancer_shared": 0.10,
    "ctcf_site": 0.10,
}
ENHANCER_MOTIFS = {
    "enhancer_a": ("GATA1", "SPI1"),
    "enhancer_b": ("HNF1A", "HNF4A"),
    "enhancer_shared": ("AP1", "CREB1"),
}
_SILENCED_SHARE = 0.12
_DECOY_EVERY = 5
EDGE_BP = 600
_REACH_BP = 260


@dataclass(frozen=True)
class PlantedSite:
    """One motif written into a chromosome; ``intact`` is false for a decoy, one base short of a site."""

    motif: str
    start: int
    end: int
    strand: int
    intact: bool = True


@dataclass(frozen=True)
class Element:
    """One planted element: its kind, the strand it points to (0: none) and its sites."""

    name: str
    chrom: str
    kind: str
    strand: int
    anchor: int
    sites: tuple[PlantedSite, ...]

    @property
    def start(self) -> int:
        """First base of the first site."""
        return min(site.start for site in self.sites)

    @property
    def end(self) -> int:
        """End of the last site."""
        return max(site.end for site in self.sites)


@dataclass(frozen=True)
class Slot:
    """Where a motif goes: its middle relative to the anchor, for an element on the plus strand."""

    motif: str
    middle_bp: int
    strand: int = 1
    intact: bool = True


def _deal(n_elements: int, rng: np.random.Generator) -> list[str]:
    """Return the kinds of the elements of a chromosome, in order."""
    edges = np.round(np.cumsum(list(KINDS.values())) * n_elements).astype(int)
    counts = np.diff(edges, prepend=0)
    deck = [kind for kind, count in zip(KINDS, counts, strict=True) for _ in range(count)]
    return [deck[index] for index in rng.permutation(len(deck))]


def is_clear(position: int, length_bp: int, gaps: list[tuple[int, int]]) -> bool:
    """Say whether an element at ``position`` is clear of the chromosome's ends and its gaps."""
    inside = EDGE_BP <= position < length_bp - EDGE_BP
    return inside and all(position + EDGE_BP <= start or position - EDGE_BP >= end for start, end in gaps)


def place_anchors(
    length_bp: int, spacing_bp: int, gaps: list[tuple[int, int]], rng: np.random.Generator
) -> list[int]:
    """Return the middles of the elements: ``spacing_bp`` apart on average, clear of gaps and ends."""
    anchors = []
    position = EDGE_BP + int(rng.integers(spacing_bp // 2))
    while position < length_bp - EDGE_BP:
        if is_clear(position, length_bp, gaps):
            anchors.append(position)
        position += int(rng.integers(int(spacing_bp * 0.55), int(spacing_bp * 1.45)))
    return anchors


def _promoter(kind: str, rng: np.random.Generator) -> list[Slot]:
    """Return the slots of a promoter around its start site."""

    def near(middle: int) -> int:
        return middle + int(rng.integers(-4, 5))

    core = Slot("TBP", -30) if kind == "promoter_tata" else Slot("YY1", 12)
    slots = [core, Slot("SP1", near(-54), coin(rng))]
    if rng.random() < 0.6:
        slots.append(Slot("NFY", near(-78), coin(rng)))
    if rng.random() < 0.5:
        motif = ("GATA1", "SPI1", "HNF1A", "HNF4A")[int(rng.integers(4))]
        slots.append(Slot(motif, near(-104), coin(rng)))
    return slots


def _enhancer(kind: str, has_decoy: bool, rng: np.random.Generator) -> list[Slot]:
    """Return the slots of an enhancer: two to four sites of its two factors, 22-40 bp apart."""
    n_sites = int(rng.integers(2, 4)) if has_decoy else int(rng.integers(2, 5))
    slots = []
    middle = -15 * n_sites
    for _ in range(n_sites):
        motif = ENHANCER_MOTIFS[kind][int(rng.integers(2))]
        slots.append(Slot(motif, middle, coin(rng)))
        middle += int(rng.integers(22, 41))
    if has_decoy:
        motif = ENHANCER_MOTIFS[kind][int(rng.integers(2))]
        slots.append(Slot(motif, middle, coin(rng), intact=False))
    return slots


def coin(rng: np.random.Generator) -> int:
    """Return a strand: +1 or -1, as likely as each other."""
    return 1 if rng.random() < 0.5 else -1


def _slots(kind: str, has_decoy: bool, rng: np.random.Generator) -> list[Slot]:
    if kind == "ctcf_site":
        return [Slot("CTCF", 0, coin(rng))]
    slots = _promoter(kind, rng) if kind.startswith("promoter") else _enhancer(kind, has_decoy, rng)
    if rng.random() < _SILENCED_SHARE:
        slots.append(Slot("REST", int(rng.integers(140, 200)), coin(rng)))
    return slots


def write_slot(
    codes: UInt8[np.ndarray, " base"], slot: Slot, anchor: int, strand: int, rng: np.random.Generator
) -> PlantedSite:
    """Write one motif into ``codes`` in place and return where it went."""
    motif = read_motifs()[motif_index(slot.motif)]
    instance = motif.sample(rng)
    if not slot.intact:
        instance = _one_short(instance, slot.motif, rng)
    site_strand = slot.strand * strand
    start = anchor + strand * slot.middle_bp - motif.width // 2
    codes[start : start + motif.width] = instance if site_strand > 0 else reverse_complement(instance)
    return PlantedSite(slot.motif, start, start + motif.width, site_strand, slot.intact)


def _one_short(
    instance: UInt8[np.ndarray, " base"], name: str, rng: np.random.Generator
) -> UInt8[np.ndarray, " base"]:
    """Return a site with one core base replaced, which takes all its strength."""
    motif = read_motifs()[motif_index(name)]
    core = np.flatnonzero(motif.information > motif.information.max() - 0.01)
    position = int(core[rng.integers(len(core))])
    broken = instance.copy()
    broken[position] = (instance[position] + 1 + int(rng.integers(3))) % 4
    return broken


def plant_elements(
    chrom: str,
    codes: UInt8[np.ndarray, " base"],
    spacing_bp: int,
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
    spacing_bp
        Mean distance of neighbouring elements, in bp.
    gaps
        Stretches of unknown bases, which stay clear of elements.
    rng
        Source of every choice.
    """
    planted = codes.copy()
    elements = []
    anchors = place_anchors(len(codes), spacing_bp, gaps, rng)
    n_enhancers = 0
    for index, (anchor, kind) in enumerate(zip(anchors, _deal(len(anchors), rng), strict=True)):
        n_enhancers += kind in ENHANCER_MOTIFS
        has_decoy = kind in ENHANCER_MOTIFS and n_enhancers % _DECOY_EVERY == 1
        strand = coin(rng)
        slots = _slots(kind, has_decoy, rng)
        sites = [write_slot(planted, slot, anchor, strand, rng) for slot in slots]
        pointing = strand if kind.startswith("promoter") else 0
        sites.sort(key=lambda site: site.start)
        elements.append(Element(f"{chrom}_e{index:04d}", chrom, kind, pointing, anchor, tuple(sites)))
    return planted, elements
