"""Variants from VCF files, every record checked against the genome; none is lost without a word.

POS is 1-based here alone; variants are 0-based as everything else. pysam accepts position 0, positions
beyond the chromosome and any REF, so the checks are ours and keep line numbers.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.genome.chromosomes import match_chromosomes, resolve_chromosome
from senformer.genome.fasta import FastaReader
from senformer.genome.files import local_file
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.genome.vcf_match import explain, match_sample
from senformer.genome.vcf_parse import REASONS, VcfLine, parse_vcf
from senformer.genome.vcf_write import write_vcf

__all__ = ["REASONS", "SkippedRecord", "VcfRecords", "read_vcf", "write_vcf"]

REF_MISMATCH = ("error", "skip")
_REPORTED_RECORDS = 1000
_BLOCK_BP = 1 << 16


@dataclass(frozen=True)
class SkippedRecord:
    """A record that was left out.

    Attributes
    ----------
    line
        Its line number in the file.
    key
        Chromosome, 1-based position and alleles.
    reason
        A key of ``REASONS``.
    """

    line: int
    key: str
    reason: str


@dataclass(frozen=True)
class VcfRecords:
    """What a VCF file holds; it checks that no record was lost.

    Attributes
    ----------
    variants
        Variants in the order of the file, on the genome's chromosome names.
    skipped
        Records left out, with reasons.
    n_records
        Records in the file: variants and skipped ones together.
    """

    variants: list[Variant]
    skipped: list[SkippedRecord]
    n_records: int

    def __post_init__(self) -> None:
        """Check the sum."""
        if self.n_records != len(self.variants) + len(self.skipped):
            raise ValueError("records in are not variants and skipped ones together")


def read_vcf(
    path: str | os.PathLike,
    fasta: FastaReader,
    *,
    ref_mismatch: str = "error",
    snv_only: bool = True,
) -> VcfRecords:
    """Read the single-base variants of a VCF file.

    Parameters
    ----------
    path
        VCF 4, plain, gzip or bgzip; sorted or not. Chromosome names may be aliases of the genome's.
    fasta
        The genome. REF of every record whose letters are A, C, G, T is compared with it.
    ref_mismatch
        What a REF that the genome does not have is: an ``error``, or a record to ``skip``.
    snv_only
        Skip variants of more than one base; else keep insertions, deletions and block substitutions.

    Returns
    -------
    The variants, and every other record with its line and reason (see ``REASONS``).

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E220).
    ConfigError
        No such policy (E227).
    DataError
        REF mismatch (E221), broken line (E222), position outside the chromosome (E223), an allele that
        is none (E224), no header (E225), header of another assembly (E226), damaged file (E228), names
        that are not the genome's (E230).
    """
    if ref_mismatch not in REF_MISMATCH:
        todo = nearest(str(ref_mismatch), REF_MISMATCH)
        raise ConfigError("E227", "ref_mismatch", f"no policy is called {ref_mismatch!r}", todo)
    path = local_file(path, "E220")
    text = parse_vcf(path)
    _check_header_sizes(text.contig_sizes, fasta, path)
    names = match_chromosomes((record.chrom for record in text.records), fasta.chrom_sizes, str(path))
    records = [replace(record, chrom=names[record.chrom]) for record in text.records]
    for record in records:
        _check_inside(record, fasta, path)
    mismatches = _find_mismatches(records, fasta)
    if mismatches and ref_mismatch == "error":
        _refuse_mismatch(records, mismatches, fasta, path)
    return _sort_out(records, mismatches, snv_only)


def _check_header_sizes(declared: dict[str, int], fasta: FastaReader, path: Path) -> None:
    for name, size in declared.items():
        chrom = resolve_chromosome(name, fasta.chrom_sizes)
        if chrom is not None and fasta.chrom_sizes[chrom] != size:
            found = f"the header gives {name} {size:,} bp, {fasta.path.name} {fasta.chrom_sizes[chrom]:,} bp"
            todo = "This is another assembly: use the genome that the variants were called on."
            raise DataError("E226", str(path), found, todo)


def _check_inside(record: VcfLine, fasta: FastaReader, path: Path) -> None:
    size = fasta.chrom_sizes[record.chrom]
    if record.start < 0 or record.start + len(record.ref) > size:
        where = f"{path} line {record.line} ({record.chrom}:{record.start + 1})"
        found = f"REF of {len(record.ref)} bp lies not inside {record.chrom}, positions 1 to {size:,}"
        raise DataError("E223", where, found, "Mend the position, or check the assembly.")


def _find_mismatches(records: Sequence[VcfLine], fasta: FastaReader) -> dict[int, str]:
    """Return what the genome has where it is not REF, by record number."""
    mismatches: dict[int, str] = {}
    chrom, first, text = "", 0, ""
    for index, record in enumerate(records):
        start, end = record.start, record.start + len(record.ref)
        if not record.has_plain_ref:
            continue
        # Records mostly follow one another closely: read a stretch, not a base.
        if record.chrom != chrom or not first <= start or end > first + len(text):
            chrom, first = record.chrom, start
            text = decode(
                fasta.fetch(chrom, start, min(max(end, start + _BLOCK_BP), fasta.chrom_sizes[chrom]))
            )
        found = text[start - first : end - first]
        if found != record.ref:
            mismatches[index] = found
    return mismatches


def _refuse_mismatch(
    records: Sequence[VcfLine], mismatches: Mapping[int, str], fasta: FastaReader, path: Path
) -> None:
    index = min(mismatches)
    record, there = records[index], mismatches[index]
    n_looked_at = min(len(records), max(_REPORTED_RECORDS, index + 1))
    n_wrong = sum(other < n_looked_at for other in mismatches)
    where = f"{path} line {record.line} ({record.chrom}:{record.start + 1})"
    found = f'REF is "{record.ref[:50]}", the genome has "{there[:50]}" ({fasta.path.name}).'
    rate = _rate(n_wrong, n_looked_at, len(records), explain(match_sample(records, fasta)))
    raise DataError("E221", where, f"{found} {rate}", "Use --ref-mismatch skip to go on.")


def _rate(n_wrong: int, n_looked_at: int, n_records: int, explained: str | None) -> str:
    """Return how many disagree, and the question that follows where there is more than one record."""
    if n_records == 1:
        return "It is the only record: is this file on another assembly?"
    verb = "disagrees" if n_wrong == 1 else "disagree"
    rate = f"{n_wrong:,} of the first {n_looked_at:,} records {verb}"
    return f"{rate}. {explained}" if explained else f"{rate}: is this file on another assembly?"


def _sort_out(records: Sequence[VcfLine], mismatches: Mapping[int, str], snv_only: bool) -> VcfRecords:
    variants, skipped = [], []
    seen: set[tuple[str, int, str, str]] = set()
    for index, record in enumerate(records):
        reason = "ref_mismatch" if index in mismatches else record.kind
        if reason == "not_snv" and not snv_only:
            reason = ""
        place = (record.chrom, record.start, record.ref, record.alt)
        if not reason and place in seen:
            reason = "duplicate"
        if reason:
            skipped.append(SkippedRecord(record.line, record.key, reason))
        else:
            seen.add(place)
            variants.append(Variant(*place, record.id))
    return VcfRecords(variants, skipped, len(records))
