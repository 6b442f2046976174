"""The exact effect of a single changed base: expected(ALT) - expected(REF).

A variant changes only the sites that it touches, so the sites around it are exchanged and the grammar is
run again on its surroundings, as far as an enhancer reaches.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from senformer.simulate.elements import Element
from senformer.simulate.far.config import FarConfig
from senformer.simulate.grammar import (
    ENHANCER_FAR_BP,
    LOCAL_REACH_BP,
    STEP_BP,
    known_fraction,
    signal_of_sites,
)
from senformer.simulate.motifs import read_motifs
from senformer.simulate.scan import Sites, find_sites, join_sites


@dataclass(frozen=True)
class Chromosome:
    """One finished chromosome: its sequence, planted elements, and all sites that a scan finds.

    ``far`` has the settings of far enhancers; None where enhancers act from near by.
    """

    name: str
    codes: UInt8[np.ndarray, " base"]
    elements: list[Element]
    sites: Sites
    far: FarConfig | None = None

    @property
    def signal_reach_bp(self) -> int:
        """How far a changed base is felt: a site changes its surroundings and, as enhancer, far starts."""
        return (ENHANCER_FAR_BP if self.far is None else self.far.max_bp) + LOCAL_REACH_BP

    @property
    def site_reach_bp(self) -> int:
        """How far sites may lie that matter there: these starts hear other enhancers as far on."""
        return 2 * self.signal_reach_bp


def changed_sites(chromosome: Chromosome, start: int, alt: int) -> Sites:
    """Return the sites around ``start`` after one base became ``alt``, as a new scan of all would."""
    widest = max(motif.width for motif in read_motifs())
    first, last = max(0, start - widest + 1), min(len(chromosome.codes), start + widest)
    codes = chromosome.codes[first:last].copy()
    codes[start - first] = alt
    old = chromosome.sites.between(start - chromosome.site_reach_bp, start + chromosome.site_reach_bp)
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

    Returns
    -------
    ``(track,)`` signed sums of ALT - REF, and the sum over steps and tracks of ``|ALT - REF|``; both in
    expected counts at depth 1, and exactly 0 where no site changes its strength.
    """
    old = chromosome.sites.between(start - chromosome.site_reach_bp, start + chromosome.site_reach_bp)
    new = changed_sites(chromosome, start, alt)
    origin = max(0, start - chromosome.signal_reach_bp) // STEP_BP * STEP_BP
    end = min(len(chromosome.codes), start + chromosome.signal_reach_bp)
    known = known_fraction(chromosome.codes[origin:end])
    far = chromosome.far
    delta = signal_of_sites(new.shift(-origin), known, far) - signal_of_sites(old.shift(-origin), known, far)
    return delta.sum(axis=0), float(np.abs(delta).sum())
