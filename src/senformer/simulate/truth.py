"""Tables of what is true in a simulated world: elements, sites, enhancer links, variants."""

import numpy as np
import pandas as pd
from jaxtyping import Float

from senformer.simulate.elements import Element
from senformer.simulate.grammar import (
    STEP_BP,
    distance_decay,
    enhancer_activity,
    find_starts,
    start_activity,
)
from senformer.simulate.motifs import motif_index, read_motifs
from senformer.simulate.tracks import TRACK_NAMES
from senformer.simulate.variants import Chromosome, SimulatedVariant, allele

_FLANK_BP = 256
_LINK_COLUMNS = [
    "chrom",
    "enhancer",
    "promoter",
    "distance_bp",
    "weight",
    "reach_a",
    "reach_b",
    "activity_a",
    "activity_b",
]
STRANDS = {1: "+", -1: "-", 0: "."}


def elements_table(
    chromosomes: list[Chromosome], expected: dict[str, Float[np.ndarray, "step track"]]
) -> pd.DataFrame:
    """Return one row an element, with its expected counts in every track within 256 bp around it."""
    rows = []
    for chromosome in chromosomes:
        for element in chromosome.elements:
            first = (element.start - _FLANK_BP) // STEP_BP
            last = -(-(element.end + _FLANK_BP) // STEP_BP)
            counts = expected[chromosome.name][first:last].sum(axis=0)
            row = {
                "chrom": element.chrom,
                "start": element.start,
                "end": element.end,
                "name": element.name,
                "kind": element.kind,
                "strand": STRANDS[element.strand],
                "motifs": ",".join(site.motif for site in element.sites if site.intact),
            }
            rows.append(row | {name: round(float(v), 3) for name, v in zip(TRACK_NAMES, counts, strict=True)})
    return pd.DataFrame(rows)


def sites_table(chromosomes: list[Chromosome]) -> pd.DataFrame:
    """Return one row a planted site; ``strength`` is 0 for a decoy."""
    rows = []
    for chromosome in chromosomes:
        known = {
            (int(motif), int(start)): float(strength)
            for motif, start, strength in zip(
                chromosome.sites.motif, chromosome.sites.start, chromosome.sites.strength, strict=True
            )
        }
        for element in chromosome.elements:
            for site in element.sites:
                rows.append(
                    {
                        "chrom": element.chrom,
                        "start": site.start,
                        "end": site.end,
                        "motif": site.motif,
                        "strand": STRANDS[site.strand],
                        "element": element.name,
                        "intact": int(site.intact),
                        "strength": round(known.get((motif_index(site.motif), site.start), 0.0), 4),
                    }
                )
    return pd.DataFrame(rows)


def _planted_start(element: Element) -> tuple[int, int]:
    """Return index and start of the core site of a promoter."""
    core = next(site for site in element.sites if site.motif in {"TBP", "YY1"})
    return motif_index(core.motif), core.start


def links_table(chromosomes: list[Chromosome]) -> pd.DataFrame:
    """Return one row a pair of enhancer and promoter in reach of each other.

    ``weight`` is the distance decay at the enhancer's middle; ``reach_a`` and ``reach_b`` are what the
    enhancer adds to the promoter's factor ``1 + gain x reach`` in either cell; ``activity_a`` and
    ``activity_b`` are the promoter's own activity with all its enhancers.
    """
    return pd.concat([_links(chromosome) for chromosome in chromosomes], ignore_index=True)


def _links(chromosome: Chromosome) -> pd.DataFrame:
    n_steps = -(-len(chromosome.codes) // STEP_BP)
    starts = find_starts(chromosome.sites)
    oriented = np.isin(chromosome.sites.motif, [motif_index("TBP"), motif_index("YY1")])
    cores = chromosome.sites.take(oriented)
    index = {(int(m), int(s)): i for i, (m, s) in enumerate(zip(cores.motif, cores.start, strict=True))}
    activity = [start_activity(chromosome.sites, starts, n_steps, cell) for cell in (0, 1)]
    strength = [enhancer_activity(chromosome.sites, n_steps, cell) for cell in (0, 1)]
    enhancers = [element for element in chromosome.elements if element.kind.startswith("enhancer")]
    rows = []
    for promoter in (element for element in chromosome.elements if element.strand != 0):
        at = index.get(_planted_start(promoter))
        if at is None:
            continue
        for enhancer in enhancers:
            middle = (enhancer.start + enhancer.end) / 2
            distance = middle - starts.position[at]
            weight = float(distance_decay(np.array(distance)))
            if weight <= 0:
                continue
            steps = slice((enhancer.start - _FLANK_BP) // STEP_BP, (enhancer.end + _FLANK_BP) // STEP_BP)
            rows.append(
                {
                    "chrom": chromosome.name,
                    "enhancer": enhancer.name,
                    "promoter": promoter.name,
                    "distance_bp": round(abs(distance)),
                    "weight": round(weight, 5),
                    "reach_a": round(weight * float(strength[0][steps].sum()), 5),
                    "reach_b": round(weight * float(strength[1][steps].sum()), 5),
                    "activity_a": round(float(activity[0][at]), 5),
                    "activity_b": round(float(activity[1][at]), 5),
                }
            )
    return pd.DataFrame(rows, columns=_LINK_COLUMNS)


def variants_table(variants: list[SimulatedVariant]) -> pd.DataFrame:
    """Return one row a variant, with its exact effect in every track (sum over bins, ALT - REF, counts)."""
    rows = []
    for index, variant in enumerate(variants):
        row = {
            "chrom": variant.chrom,
            "start": variant.start,
            "ref": allele(variant.ref),
            "alt": allele(variant.alt),
            "id": f"sim{index:04d}_{variant.kind}",
            "kind": variant.kind,
            "motif": variant.motif,
            "element": variant.element,
            "effect_total": round(variant.total, 4),
        }
        effects = {name: round(float(v), 4) for name, v in zip(TRACK_NAMES, variant.effect, strict=True)}
        rows.append(row | effects)
    return pd.DataFrame(rows)


def motif_names() -> list[str]:
    """Return the names of all motifs, in index order."""
    return [motif.name for motif in read_motifs()]
