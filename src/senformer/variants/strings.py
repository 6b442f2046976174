"""Alleles of models that sum over words: each read by itself, in place of a window.

Such a model says so by ``sums_over_bp``, the length of a word: what it predicts is a sum over the words of
a sequence of any length, and words with an unknown base count nothing. The change of that sum is one of the
words that hold changed bases, or span what is deleted, whatever else a sequence has.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from senformer.core.errors import ConfigError
from senformer.core.shapes import N_CODE
from senformer.genome.fasta import FastaReader
from senformer.genome.interval import Interval
from senformer.genome.sequence import encode
from senformer.genome.variant import Variant
from senformer.predict.predictor import Predictor
from senformer.variants.alleles import read_padded
from senformer.variants.indels import INDELS, Indels


def fitting_indels(asked: Indels | None, predictors: Sequence[Predictor]) -> Indels:
    """Return the way to score insertions and deletions: the one asked for, or that of the models.

    Raises
    ------
    ConfigError
        The models cannot be scored in that way (E778), or do not go together (E765).
    """
    words = [predictor.model.sums_over_bp is not None for predictor in predictors]
    for number, sums in enumerate(words, 1):
        if sums != words[0]:
            found = "sums over words, or the first does, and the other does not"
            raise ConfigError("E765", f"model {number}", found, "Score it by itself.")
    fitting = INDELS["words" if words[0] else "shift"]
    if asked is not None and asked.reads_strings != words[0]:
        sums_or_not = "sums" if words[0] else "does not sum"
        others = "" if words[0] else ", or choose shift or align"
        found = f"is {asked.name}, and the model {sums_or_not} over words"
        raise ConfigError("E778", "--indels", found, f"Leave it out{others}.")
    if words[0] and any(predictor.margin_bp for predictor in predictors):
        found = "moves windows, and a model that sums over words reads none"
        raise ConfigError("E778", "--shifts", found, "Leave it out.")
    return fitting if asked is None else asked


def string_span(variant: Variant, flank_bp: int) -> Interval:
    """Return the stretch whose words a variant changes; it may reach beyond the chromosome."""
    return Interval(variant.chrom, variant.change.start - flank_bp, variant.change.end + flank_bp)


def read_strings(
    variant: Variant, fasta: FastaReader, flank_bp: int
) -> tuple[UInt8[np.ndarray, " base"], UInt8[np.ndarray, " other"], int]:
    """Return the strings of the genome's allele and of the other, and how many of their bases are padded.

    Parameters
    ----------
    variant, fasta
        The variant, checked against the genome.
    flank_bp
        Bases on each side, one fewer than a word has.
    """
    span, change = string_span(variant, flank_bp), variant.change
    left, left_padded = read_padded(variant.chrom, span.start, change.start, fasta)
    right, right_padded = read_padded(variant.chrom, change.end, span.end, fasta)
    genome, other = (np.concatenate([left, encode(own), right]) for own in (change.old, change.new))
    return genome, other, left_padded + right_padded


def side_by_side(strings: Sequence[UInt8[np.ndarray, " _base"]]) -> UInt8[np.ndarray, "string base"]:
    """Return strings as rows, shorter ones followed by N."""
    rows = np.full((len(strings), max(map(len, strings))), N_CODE, dtype=np.uint8)
    for row, string in zip(rows, strings, strict=True):
        row[: len(string)] = string
    return rows
