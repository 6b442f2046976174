"""Variants from files or frames, every allele checked against the genome; none is lost without a word.

Each ALT allele of a record is one variant, in normal form (:mod:`senformer.genome.normalize`), which keeps
its line, number and form of the file.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.genome.assemblies import recognize
from senformer.genome.chromosomes import match_chromosomes, resolve_chromosome
from senformer.genome.fasta import FastaReader
from senformer.genome.normalize import normalize
from senformer.genome.ref_match import explain, match_sample
from senformer.genome.sequence import decode, encode
from senformer.genome.variant import Origin, Variant
from senformer.genome.variant_formats import parse_variants
from senformer.genome.variant_record import VariantRecord, VariantText

REF_MISMATCH = ("error", "skip", "swap")
ANOTHER_ASSEMBLY = "This is another assembly: use the genome that the variants were called on."
_REPORTED_RECORDS = 1000
_BLOCK_BP = 1 << 16
_SHOWN_LETTERS = 50


class SkippedAllele(NamedTuple):
    """An ALT allele that was left out.

    Attributes
    ----------
    line, allele
        As in :class:`senformer.genome.variant.Origin`.
    key
        Chromosome, 1-based position and alleles, as the file has them.
    reason
        A key of ``REASONS``.
    """

    line: int
    allele: int
    key: str
    reason: str


@dataclass(frozen=True)
class VariantSet:
    """What a file of variants holds; it checks that no allele was lost.

    Attributes
    ----------
    variants
        Variants in the order of the file, on the genome's chromosome names, in normal form.
    skipped
        Alleles left out, with reasons.
    n_records, n_alleles
        Records in the file and their ALT alleles: variants and skipped ones together.
    """

    variants: list[Variant]
    skipped: list[SkippedAllele]
    n_records: int
    n_alleles: int

    def __post_init__(self) -> None:
        """Check the sums."""
        if self.n_alleles != len(self.variants) + len(self.skipped):
            raise ValueError("alleles in are not variants and skipped ones together")
        if self.n_records != len(self.lines) + sum(self.skipped_records.values()):
            raise ValueError("records in are not those of variants and skipped ones together")

    @property
    def lines(self) -> set[int]:
        """Lines of the records of which an allele is a variant."""
        return {variant.origin.line for variant in self.variants if variant.origin is not None}

    @property
    def skipped_alleles(self) -> dict[str, int]:
        """How many alleles were left out, by reason."""
        return dict(sorted(Counter(allele.reason for allele in self.skipped).items()))

    @property
    def skipped_records(self) -> dict[str, int]:
        """How many records were left out whole, by the reason of their first allele."""
        lines = self.lines
        first = {one.line: one.reason for one in reversed(self.skipped) if one.line not in lines}
        return dict(sorted(Counter(first.values()).items()))


def read_variants(
    source: str | os.PathLike | Any, fasta: FastaReader, *, ref_mismatch: str = "error"
) -> VariantSet:
    """Read variants against a genome.

    Parameters
    ----------
    source
        A file of one of ``FORMATS`` or a frame (:mod:`senformer.genome.variant_formats`), sorted or not.
        Chromosome names may be aliases of the genome's.
    fasta
        The genome. REF of every record is compared with it.
    ref_mismatch
        What a REF that the genome does not have is: an ``error``, a record to ``skip``, or one to ``swap``
        where the genome has ALT, which is no shorter than REF, in its place; others are then skipped.

    Returns
    -------
    The variants, and every other allele with its line and reason (see ``REASONS``).

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E220).
    ConfigError
        No such policy (E227).
    DataError
        REF mismatch (E221), position outside the chromosome (E223), lengths or ids of another assembly
        (E226), names that are not the genome's (E230), or what the parser of the format refuses.
    """
    if ref_mismatch not in REF_MISMATCH:
        todo = nearest(str(ref_mismatch), REF_MISMATCH)
        raise ConfigError("E227", "ref_mismatch", f"no policy is called {ref_mismatch!r}", todo)
    text = parse_variants(source)
    _check_assembly(text, fasta)
    names = match_chromosomes((record.chrom for record in text.records), fasta.chrom_sizes, text.name)
    text = replace(text, records=[replace(record, chrom=names[record.chrom]) for record in text.records])
    for record in text.records:
        _check_inside(record, fasta, text)
    there = _genome_alleles(text.records, fasta)
    if ref_mismatch == "error":
        _refuse_mismatch(text, there, fasta)
    return _sort_out(text.records, there, fasta, is_swap=ref_mismatch == "swap")


def _check_assembly(text: VariantText, fasta: FastaReader) -> None:
    for name, size in text.contig_sizes.items():
        chrom = resolve_chromosome(name, fasta.chrom_sizes)
        if chrom is not None and fasta.chrom_sizes[chrom] != size:
            found = f"the header gives {name} {size:,} bp, {fasta.path.name} {fasta.chrom_sizes[chrom]:,} bp"
            raise DataError("E226", text.name, found, ANOTHER_ASSEMBLY)
    check_ids(text, fasta)


def check_ids(text: VariantText, fasta: FastaReader) -> None:
    """Raise where an id names another assembly than the genome's (E226)."""
    known = recognize(fasta.chrom_sizes) if text.assemblies else None
    for assembly, line in text.assemblies.items():
        if known is not None and assembly != known:
            found = f"the id is on {assembly}, {fasta.path.name} is {known}"
            raise DataError("E226", f"{text.name} {text.unit} {line}", found, ANOTHER_ASSEMBLY)


def _check_inside(record: VariantRecord, fasta: FastaReader, text: VariantText) -> None:
    size = fasta.chrom_sizes[record.chrom]
    if record.start < 0 or record.start + len(record.ref) > size:
        found = f"REF of {len(record.ref)} bp lies not inside {record.chrom}, positions 1 to {size:,}"
        raise DataError("E223", text.where(record), found, "Mend the position, or check the assembly.")


def _genome_alleles(records: Sequence[VariantRecord], fasta: FastaReader) -> list[str]:
    """Return what the genome has where each record has REF."""
    alleles: list[str] = []
    chrom, first, text = "", 0, ""
    for record in records:
        start, end = record.start, record.start + len(record.ref)
        # Records mostly follow one another closely: read a stretch, not a base.
        if record.chrom != chrom or not first <= start or end > first + len(text):
            chrom, first = record.chrom, start
            text = decode(
                fasta.fetch(chrom, start, min(max(end, start + _BLOCK_BP), fasta.chrom_sizes[chrom]))
            )
        alleles.append(text[start - first : end - first])
    return alleles


def _is_mismatch(record: VariantRecord, there: str) -> bool:
    return record.ref != there and record.has_plain_ref


def _refuse_mismatch(text: VariantText, there: Sequence[str], fasta: FastaReader) -> None:
    records = text.records
    wrong = [at for at, record in enumerate(records) if _is_mismatch(record, there[at])]
    if not wrong:
        return
    record, index = records[wrong[0]], wrong[0]
    n_looked_at = min(len(records), max(_REPORTED_RECORDS, index + 1))
    n_wrong = sum(other < n_looked_at for other in wrong)
    shown = f'REF is "{record.ref[:_SHOWN_LETTERS]}", the genome has "{there[index][:_SHOWN_LETTERS]}"'
    match = match_sample(records, fasta)
    rate = _rate(n_wrong, n_looked_at, len(records), explain(match), text.unit)
    todo = "Use --ref-mismatch skip to go on"
    todo += ", or swap to exchange alleles where the genome has ALT." if match.n_swapped else "."
    raise DataError("E221", text.where(record), f"{shown} ({fasta.path.name}). {rate}", todo)


def _rate(n_wrong: int, n_looked_at: int, n_records: int, explained: str | None, unit: str) -> str:
    """Return how many disagree, and the question that follows where there is more than one record."""
    whole = "file" if unit == "line" else "table"
    if n_records == 1:
        return f"It is the only record: is this {whole} on another assembly?"
    verb = "disagrees" if n_wrong == 1 else "disagree"
    rate = f"{n_wrong:,} of the first {n_looked_at:,} records {verb}"
    return f"{rate}. {explained}" if explained else f"{rate}: is this {whole} on another assembly?"


def _sort_out(
    records: Sequence[VariantRecord], there: Sequence[str], fasta: FastaReader, *, is_swap: bool
) -> VariantSet:
    variants: list[Variant] = []
    skipped: list[SkippedAllele] = []
    seen: set[tuple[str, int, str, str]] = set()
    n_alleles = 0
    for record, genome_allele in zip(records, there, strict=True):
        for number, (alt, kind) in enumerate(zip(record.alleles, record.kinds, strict=True), 1):
            n_alleles += 1
            reason, has_alt = _judge(record, alt, kind, genome_allele, fasta, is_swap=is_swap)
            if not reason:
                variant = _variant(record, number, alt, fasta, is_swapped=has_alt)
                place = (variant.chrom, variant.start, variant.ref, variant.alt)
                reason = "duplicate" if place in seen else ""
                seen.add(place)
            if reason:
                skipped.append(SkippedAllele(record.line, number, record.key_of(alt), reason))
            else:
                variants.append(variant)
    return VariantSet(variants, skipped, len(records), n_alleles)


def _judge(
    record: VariantRecord, alt: str, kind: str, there: str, fasta: FastaReader, *, is_swap: bool
) -> tuple[str, bool]:
    """Return the reason to leave an allele out, or none, and whether the genome has it in REF's place."""
    if _is_mismatch(record, there):
        if is_swap and not kind and _genome_has(record, alt, fasta):
            return "", True
        return "ref_mismatch", False
    # A shared base may be N, where the genome has that as well.
    if not kind and not record.has_plain_ref and decode(encode(record.ref)) != there:
        return "not_acgt", False
    return kind, False


def _genome_has(record: VariantRecord, alt: str, fasta: FastaReader) -> bool:
    """Say whether the genome has ALT; one shorter than REF may be there by chance and does not count."""
    end = record.start + len(alt)
    if len(alt) < len(record.ref) or end > fasta.chrom_sizes[record.chrom]:
        return False
    return decode(fasta.fetch(record.chrom, record.start, end)) == alt


def _variant(
    record: VariantRecord, number: int, alt: str, fasta: FastaReader, *, is_swapped: bool
) -> Variant:
    old, new = (alt, record.ref) if is_swapped else (record.ref, alt)
    if not record.has_plain_ref:  # shared bases that are unknown get the genome's letter for that, N
        old, new = decode(encode(old)), decode(encode(new))
    start, old, new = normalize(record.chrom, record.start, old, new, fasta)
    ref, alt_now = (new, old) if is_swapped else (old, new)
    origin = Origin(record.line, number, record.start + 1, record.ref, alt)
    return Variant(record.chrom, start, ref, alt_now, record.id, is_swapped, origin)
