"""Windows of the two alleles: the sequences that the model reads for a variant.

Convention: the variant base stands at index ``window_bp // 2`` of the window. For the usual even number of
bins that is the first base of the bin right of the center, with ``window_bp // 2`` bases to its left and
``window_bp // 2 - 1`` to its right. Basenji's rule puts it one base further left, at the last base of the
bin left of the center: scores of the two conventions differ by this one-base shift.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.sequence import encode
from senformer.genome.variant import Variant


def variant_window(variant: Variant, window_bp: int) -> Interval:
    """Return the window that has the variant's base at index ``window_bp // 2``.

    The window keeps its length at chromosome ends, so its start may be negative and its end may lie
    beyond the chromosome.
    """
    start = variant.start - window_bp // 2
    return Interval(variant.chrom, start, start + window_bp)


@dataclass(frozen=True)
class Locus:
    """All variants at one base: they share the window and the REF sequence.

    Attributes
    ----------
    window
        What the model reads; 0-based, may reach beyond the chromosome.
    variants
        Variants whose window this is, in the order of the file.
    """

    window: Interval
    variants: tuple[Variant, ...]


def group_loci(variants: Sequence[Variant], window_bp: int) -> list[Locus]:
    """Gather variants by window, in the order in which windows first appear."""
    groups: dict[Interval, list[Variant]] = {}
    for variant in variants:
        groups.setdefault(variant_window(variant, window_bp), []).append(variant)
    return [Locus(window, tuple(members)) for window, members in groups.items()]


@dataclass(frozen=True)
class Alleles:
    """The sequences of one locus.

    Attributes
    ----------
    ref
        Codes of the window as the genome has it.
    alts
        Codes with each variant's ALT base instead, in the order of ``Locus.variants``.
    padded_bp
        Number of positions beyond the chromosome's ends, filled with N.
    """

    ref: UInt8[np.ndarray, " base"]
    alts: UInt8[np.ndarray, "variant base"]
    padded_bp: int


def read_alleles(locus: Locus, fasta: FastaReader) -> Alleles:
    """Read the window of ``locus`` with its real flanks and put each ALT base into a copy.

    Only positions beyond the chromosome's ends become N. The variants' REF has been checked against the
    same genome when the VCF was read.
    """
    ref, left_bp, right_bp = fasta.fetch_padded(locus.window)
    center = locus.window.width // 2
    alts = np.repeat(ref[None], len(locus.variants), axis=0)
    for row, variant in enumerate(locus.variants):
        assert ref[center] == encode(variant.ref)[0], f"{variant.key} was not checked against this genome"
        alts[row, center] = encode(variant.alt)[0]
    return Alleles(ref, alts, left_bp + right_bp)
