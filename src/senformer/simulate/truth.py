"""Tables of what is true in a simulated world: elements, sites, enhancer links, variants."""

import numpy as np
import pandas as pd
from jaxtyping import Float

from senformer.simulate.effects import Chromosome
from senformer.simulate.far.genes import far_links
from senformer.simulate.links import around, near_links
from senformer.simulate.motifs import motif_index
from senformer.simulate.tracks import TRACK_NAMES
from senformer.simulate.variants import SimulatedVariant, allele

STRANDS = {1: "+", -1: "-", 0: "."}


def elements_table(
    chromosomes: list[Chromosome], expected: dict[str, Float[np.ndarray, "step track"]]
) -> pd.DataFrame:
    """Return one row an element, with its expected counts in every track within 256 bp around it."""
    rows = []
    for chromosome in chromosomes:
        for element in chromosome.elements:
            counts = expected[chromosome.name][around(element)].sum(axis=0)
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


def links_table(chromosomes: list[Chromosome]) -> pd.DataFrame:
    """Return one row a pair of enhancer and promoter in reach of each other.

    ``weight`` is the distance decay at the enhancer's middle; ``reach_a`` and ``reach_b`` are what the
    enhancer adds to the promoter's factor ``1 + gain x reach`` in either cell; ``activity_a`` and
    ``activity_b`` are the promoter's own activity with all its enhancers.
    """
    tables = [near_links(c) if c.far is None else far_links(c) for c in chromosomes]
    return pd.concat(tables, ignore_index=True)


def variant_name(index: int, variant: SimulatedVariant) -> str:
    """Return the name of the variant at ``index`` of the sorted list, for instance ``sim0007_break``."""
    return f"sim{index:04d}_{variant.kind}"


def main_effect(variant: SimulatedVariant) -> tuple[str, float]:
    """Return the track that a variant changes most and the signed effect there; ``("", 0)`` if none."""
    index = variant.main_track
    return ("", 0.0) if index is None else (TRACK_NAMES[index], float(variant.effect[index]))


def variants_table(variants: list[SimulatedVariant]) -> pd.DataFrame:
    """Return one row a variant, with its exact effect in every track (sum over bins, ALT - REF, counts)."""
    rows = []
    for index, variant in enumerate(variants):
        row = {
            "chrom": variant.chrom,
            "start": variant.start,
            "ref": allele(variant.ref),
            "alt": allele(variant.alt),
            "id": variant_name(index, variant),
            "kind": variant.kind,
            "motif": variant.motif,
            "element": variant.element,
            "effect_total": round(variant.total, 4),
        }
        effects = {name: round(float(v), 4) for name, v in zip(TRACK_NAMES, variant.effect, strict=True)}
        rows.append(row | effects)
    return pd.DataFrame(rows)
