"""How well the REF alleles of a file of variants agree with a genome, and what would explain it if not.

The two strands, the two alleles and the two ways to count positions are tried on a sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from senformer.genome.fasta import FastaReader
from senformer.genome.sequence import decode
from senformer.genome.variant_record import VariantRecord

SAMPLE = 1_000
_MOST, _CHANCE = 0.9, 0.6
_FEW = 3
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True)
class RefMatch:
    """How many sampled records agree with the genome, as they are and read otherwise.

    Attributes
    ----------
    n_sampled
        Records looked at: those whose REF is A, C, G and T alone.
    n_agree
        Records whose REF is what the genome has.
    n_other_strand, n_swapped, n_one_later, n_one_earlier
        Records whose REF, not found as it stands, is found on the other strand, in the ALT column, or one
        base further right (the file counts from 0) or left.
    first
        The first record of the file, among these, that disagrees, and what the genome has there.
    """

    n_sampled: int
    n_agree: int
    n_other_strand: int
    n_swapped: int
    n_one_later: int
    n_one_earlier: int
    first: tuple[VariantRecord, str] | None

    @property
    def n_wrong(self) -> int:
        """Records that disagree."""
        return self.n_sampled - self.n_agree


def match_sample(
    records: Sequence[VariantRecord], fasta: FastaReader, n_sampled: int = SAMPLE, seed: int = 0
) -> RefMatch:
    """Compare a sample of records, drawn the same way at every call, with the genome.

    Parameters
    ----------
    records
        Records on the genome's chromosome names that lie inside their chromosomes.
    fasta
        The genome.
    n_sampled, seed
        How many to look at (all where there are fewer), and the seed of the draw.
    """
    plain = [record for record in records if record.has_plain_ref]
    if len(plain) > n_sampled:
        chosen = np.sort(np.random.default_rng(seed).choice(len(plain), n_sampled, replace=False))
        plain = [plain[index] for index in chosen.tolist()]
    counts = dict.fromkeys(("agree", "other_strand", "swapped", "one_later", "one_earlier"), 0)
    first = None
    for record in plain:
        there, later, earlier = _around(record, fasta)
        counts["agree"] += there == record.ref
        if there == record.ref:
            continue
        first = first or (record, there)
        counts["other_strand"] += there == record.ref.translate(_COMPLEMENT)[::-1]
        counts["swapped"] += there in record.alleles
        counts["one_later"] += later == record.ref
        counts["one_earlier"] += earlier == record.ref
    return RefMatch(len(plain), first=first, **{f"n_{name}": count for name, count in counts.items()})


def explain(match: RefMatch) -> str | None:
    """Return the reading that explains the records that disagree, as a question, or None.

    A reading counts where nine in ten of at least three such records would agree with it.
    """
    readings = (
        (match.n_one_later, "with every position one higher", "does the file count positions from 0?"),
        (match.n_one_earlier, "with every position one lower", "are its positions one too high?"),
        (match.n_swapped, "with REF and ALT exchanged", "are the two columns exchanged?"),
        (match.n_other_strand, "on the other strand", "are alleles given on the minus strand?"),
    )
    n, words, question = max(readings, key=lambda reading: reading[0])
    if match.n_wrong < _FEW or n < _MOST * match.n_wrong:
        return None
    which = f"{n:,} of the {match.n_wrong:,} that disagree in a sample of {match.n_sampled:,}"
    return f"{which} would agree {words}: {question}"


def advise(match: RefMatch) -> str:
    """Return what would explain the records that disagree, as a question; never empty."""
    explained = explain(match)
    if explained is not None:
        return explained
    if match.n_agree < _CHANCE * match.n_sampled or match.n_sampled == 1:
        return "Is this file on another assembly?"
    return "Is this file on another assembly, or partly mended by hand?"


def _around(record: VariantRecord, fasta: FastaReader) -> tuple[str, str, str]:
    """Return what the genome has at the record's place, one base later and one earlier."""
    size, width = fasta.chrom_sizes[record.chrom], len(record.ref)
    low, high = max(0, record.start - 1), min(size, record.start + width + 1)
    text = decode(fasta.fetch(record.chrom, low, high))
    at = record.start - low
    return text[at : at + width], text[at + 1 : at + 1 + width], text[:width] if at else ""
