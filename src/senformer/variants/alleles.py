"""Windows of the two alleles: the sequences that the model reads for a variant.

What the genome has is read once for all variants of a window. The allele that it does not have takes the
place of the changed bases; flanks are real. Where that makes the chromosome longer or shorter, the window can
keep its left end in place, or its right end: a window is *anchored* left or right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import UInt8

from senformer.core.shapes import N_CODE
from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.sequence import encode
from senformer.genome.variant import Variant
from senformer.variants.loci import Locus, group_loci, variant_window

__all__ = ["Allele", "Anchor", "Locus", "group_loci", "read_alleles", "variant_window"]

Anchor = Literal["left", "right"]


@dataclass(frozen=True)
class Allele:
    """The windows of the allele that the genome does not have.

    Attributes
    ----------
    variant
        Whose allele it is.
    windows
        Codes: one row of a variant that keeps the length of the chromosome, one row an anchor of an insertion
        or deletion.
    padded_bp
        Positions beyond the chromosome's ends, read as N, in whichever window, the reference's or these, has
        most.
    """

    variant: Variant
    windows: UInt8[np.ndarray, "row base"]
    padded_bp: int


def read_alleles(
    locus: Locus, fasta: FastaReader, anchors: Sequence[Anchor] = ("left", "right")
) -> tuple[UInt8[np.ndarray, " base"], Iterator[Allele]]:
    """Read the window of ``locus`` with its real flanks, and put each other allele into a copy.

    Only positions beyond the chromosome's ends become N. The variants have been checked against the same
    genome when they were read.

    Parameters
    ----------
    locus, fasta
        Variants of one window, and the genome.
    anchors
        The windows that an insertion or deletion gets.

    Returns
    -------
    Codes of the window as the genome has it, and the other alleles in the order of the variants, each made
    when it is asked for: a window that very many share costs no more memory.
    """
    ref, padded_bp = read_padded(locus.window.chrom, locus.window.start, locus.window.end, fasta)
    return ref, (_allele(variant, locus, ref, padded_bp, fasta, anchors) for variant in locus.variants)


def _allele(
    variant: Variant,
    locus: Locus,
    ref: UInt8[np.ndarray, " base"],
    padded_bp: int,
    fasta: FastaReader,
    anchors: Sequence[Anchor],
) -> Allele:
    _assert_checked(ref, locus.index(variant), variant)
    if not variant.change.gain_bp:
        return Allele(variant, _substitute(ref, locus.index(variant), variant)[None], padded_bp)
    found = [other_window(variant, locus.window, fasta, anchor) for anchor in anchors]
    most = max(padded_bp, *(n_padded for _, n_padded in found))
    return Allele(variant, np.stack([codes for codes, _ in found]), most)


def _assert_checked(ref: UInt8[np.ndarray, " base"], index: int, variant: Variant) -> None:
    old = encode(variant.change.old)
    there = ref[index : index + len(old)]
    assert np.array_equal(there, old[: len(there)]), f"{variant.key} was not checked against this genome"


def _substitute(ref: UInt8[np.ndarray, " base"], index: int, variant: Variant) -> UInt8[np.ndarray, " base"]:
    codes = ref.copy()
    codes[index : index + len(variant.change.new)] = encode(variant.change.new)[: len(ref) - index]
    return codes


def other_window(
    variant: Variant, window: Interval, fasta: FastaReader, anchor: Anchor
) -> tuple[UInt8[np.ndarray, " base"], int]:
    """Return a window of the chromosome that has the other allele, and the bases of it that are padded.

    Anchored left it begins at the base at which ``window`` begins; anchored right it ends at the base at
    which ``window`` ends, or where the deletion ends if that runs beyond. What ``variant`` changes begins
    inside ``window``.
    """
    change = variant.change
    start, end = reach(variant, window, anchor)
    left, left_padded = read_padded(variant.chrom, start, change.start, fasta)
    right, right_padded = read_padded(variant.chrom, change.end, end, fasta)
    codes = np.concatenate([left, encode(change.new), right])
    taken = codes[: window.width] if anchor == "left" else codes[-window.width :]
    return taken, left_padded + right_padded


def reach(variant: Variant, window: Interval, anchor: Anchor) -> tuple[int, int]:
    """Return the stretch of the genome, with what is replaced, that :func:`other_window` reads."""
    change = variant.change
    if anchor == "left":
        rest_bp = window.width - (change.start - window.start) - len(change.new)
        return window.start, change.end + max(0, rest_bp)
    end = max(window.end, change.end)
    rest_bp = window.width - (end - change.end) - len(change.new)
    return change.start - max(0, rest_bp), end


def is_padded(variant: Variant, window: Interval, anchors: Sequence[Anchor], size: int) -> bool:
    """Say whether a window of one of the alleles reaches beyond a chromosome of ``size`` bp."""
    reaches = [(window.start, window.end)]
    if variant.change.gain_bp:
        reaches += [reach(variant, window, anchor) for anchor in anchors]
    return any(start < 0 or end > size for start, end in reaches)


def read_padded(
    chrom: str, start: int, end: int, fasta: FastaReader
) -> tuple[UInt8[np.ndarray, " base"], int]:
    """Return the codes of a stretch, N beyond the chromosome, and how many bases lie there."""
    size = fasta.chrom_sizes[chrom]
    if start >= end or end <= 0 or start >= size:
        return np.full(max(0, end - start), N_CODE, np.uint8), max(0, end - start)
    codes, left_bp, right_bp = fasta.fetch_padded(Interval(chrom, start, end))
    return codes, left_bp + right_bp
