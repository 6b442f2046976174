"""The exact effect of a single changed base: expected(ALT) - expected(REF).

A variant changes only the sites that it touches, so the sites around it are exchanged and the grammar is
run again on its surroundings, as far as an enhancer reaches.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from senformer.simulate.elements import Element
from senformer.simulate.grammar import (
    ENHANCER_FAR_BP,
    LOCAL_REACH_BP,
    STEP_BP,
    known_fraction,
    signal_of_sites,
)
from senformer.simulate.motifs import read_motifs
from senformer.simulate.scan import Sites, find_sites, join_sites

# A site changes its surroundings and, as enhancer, starts up to 32 kb away (signal reach); these see other
# enhancers up to 32 kb further on (site reach).
_SIGNAL_REACH_BP = ENHANCER_FAR_BP + LOCAL_REACH_BP
_SITE_REACH_BP = 2 * (ENHANCER_FAR_BP + LOCAL_REACH_BP)


@dataclass(frozen=True)
class Chromosome:
    """One finished chromosome: its sequence, planted elements, and all sites that a scan finds."""

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

    Returns
    -------
    ``(track,)`` signed sums of ALT - REF, and the sum over steps and tracks of ``|ALT - REF|``; both in
    expected counts at depth 1, and exactly 0 where no site changes its strength.
    """
    old = chromosome.sites.between(start - _SITE_REACH_BP, start + _SITE_REACH_BP)
    new = changed_sites(chromosome, start, alt)
    origin = max(0, start - _SIGNAL_REACH_BP) // STEP_BP * STEP_BP
    end = min(len(chromosome.codes), start + _SIGNAL_REACH_BP)
    known = known_fraction(chromosome.codes[origin:end])
    delta = signal_of_sites(new.shift(-origin), known) - signal_of_sites(old.shift(-origin), known)
    return delta.sum(axis=0), float(np.abs(delta).sum())
