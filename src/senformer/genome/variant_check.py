"""Check a file of variants against a genome: lines, names, positions, order, index, and REF on a sample."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from senformer.core.errors import DataError, SenformerError
from senformer.core.findings import ERROR, NOTE, WARNING, Finding, from_fault
from senformer.core.wording import counted
from senformer.genome.assemblies import recognize, told_apart
from senformer.genome.bgzf import is_bgzf, is_gzip
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import FastaReader
from senformer.genome.files import local_file, read_lines
from senformer.genome.name_check import unknown_names
from senformer.genome.ref_match import RefMatch, advise, match_sample
from senformer.genome.variant_formats import parse_variants, variant_format
from senformer.genome.variant_reader import ANOTHER_ASSEMBLY, check_ids
from senformer.genome.variant_record import VariantRecord, VariantText
from senformer.genome.vcf_parse import parse_header, parse_record

MOST_RECORDS = 200_000


@dataclass(frozen=True)
class VariantFacts:
    """What a file of variants holds.

    Attributes
    ----------
    n_records
        Records looked at.
    is_whole
        Whether that is the whole file.
    n_scorable
        Their ALT alleles that ``score`` can score: substitutions, insertions and deletions.
    match
        Agreement of REF with the genome on a sample.
    assembly
        What the lengths in its header tell, or None.
    """

    n_records: int
    is_whole: bool
    n_scorable: int
    match: RefMatch
    assembly: str | None


def check_variants(
    path: Path, fasta: FastaReader, *, most_records: int = MOST_RECORDS
) -> tuple[VariantFacts, list[Finding]]:
    """Return what a file of variants holds and what is wrong with it.

    Parameters
    ----------
    path
        The file.
    fasta
        The genome that it should be on.
    most_records
        Records to look at, from the start of the file.
    """
    path = local_file(path, "E220")
    findings: list[Finding] = list(_of_index(path))
    text, is_whole = _read(path, most_records, findings)
    records = text.records
    findings += [*_of_header(text.contig_sizes, fasta, path), *_of_ids(text, fasta)]
    findings += _of_order(records, path)
    inside = _inside(records, fasta, path, findings)
    match = match_sample(inside, fasta)
    findings += [*_of_match(match, fasta, path), *_of_kinds(inside, path)]
    n_scorable = sum(not kind for record in inside for kind in record.kinds)
    if not records and not any(finding.severity == ERROR for finding in findings):
        todo = "Give a file with records."
        findings.append(Finding(ERROR, "E751", str(path), "holds no record", todo))
    elif inside and not n_scorable:
        found = f"none of {counted(len(inside), 'record')} has an ALT that is spelled out in A, C, G and T"
        todo = "score reads substitutions, insertions and deletions; symbols such as <DEL> it skips."
        findings.append(Finding(WARNING, "E751", str(path), found, todo))
    return VariantFacts(len(records), is_whole, n_scorable, match, recognize(text.contig_sizes)), findings


def check_variants_alone(path: Path, *, most_records: int = MOST_RECORDS) -> tuple[int, list[Finding]]:
    """Return how many records a file of variants holds, and what is wrong whatever the genome."""
    path = local_file(path, "E220")
    findings: list[Finding] = list(_of_index(path))
    records = _read(path, most_records, findings)[0].records
    return len(records), [*findings, *_of_order(records, path), *_of_kinds(records, path)]


def _read(path: Path, most: int, findings: list[Finding]) -> tuple[VariantText, bool]:
    """Return what the start of the file says, and whether that is all of it."""
    text = VariantText(str(path), [])
    try:
        if variant_format(path) != "vcf":
            whole = parse_variants(path)
            return replace(whole, records=whole.records[:most]), len(whole.records) <= most
        lines = read_lines(path, "E228")
        sizes, n_columns = parse_header(lines, path)
        text = replace(text, contig_sizes=sizes)
        for number, line in lines:
            if len(text.records) == most:
                return text, False
            try:
                text.records.append(_record(line, number, n_columns, path))
            except DataError as fault:
                findings.append(from_fault(fault, source=str(path)))
    except SenformerError as fault:  # no header, or the file ends here
        findings.append(from_fault(fault, source=str(path)))
    return text, True


def _record(line: str, number: int, n_columns: int, path: Path) -> VariantRecord:
    where = f"{path} line {number}"
    if not line.strip():
        raise DataError("E222", where, "is blank", "Remove the line.")
    return parse_record(line, number, n_columns, where)


def _of_index(path: Path) -> Iterator[Finding]:
    if is_gzip(path) and not is_bgzf(path):
        found = "is plain gzip, so that other tools cannot read it by position"
        yield Finding(NOTE, "E791", str(path), found, "Make it with bgzip.")
    for ending in (".tbi", ".csi"):
        index = path.with_name(path.name + ending)
        if index.is_file() and index.stat().st_mtime_ns < path.stat().st_mtime_ns:
            found = f"is older than {path.name}: tools that use it may miss records"
            yield Finding(
                WARNING, "E791", str(index), found, "Make it anew: tabix -f -p vcf, or bcftools index."
            )


def _of_header(sizes: dict[str, int], fasta: FastaReader, path: Path) -> Iterator[Finding]:
    for name, size in sizes.items():
        chrom = resolve_chromosome(name, fasta.chrom_sizes)
        if chrom is not None and fasta.chrom_sizes[chrom] != size:
            found = f"the header gives {name} {size:,} bp, {fasta.path.name} {fasta.chrom_sizes[chrom]:,} bp"
            found += told_apart(sizes, fasta.chrom_sizes, "the header", fasta.path.name)
            where = f"{path} contig {name}"
            yield Finding(ERROR, "E226", where, found, ANOTHER_ASSEMBLY, source=str(path))


def _of_ids(text: VariantText, fasta: FastaReader) -> Iterator[Finding]:
    try:
        check_ids(text, fasta)
    except DataError as fault:
        yield from_fault(fault, source=text.name)


def _of_order(records: list[VariantRecord], path: Path) -> Iterator[Finding]:
    seen: set[str] = set()
    for before, record in pairwise(records):
        is_back = record.chrom == before.chrom and record.start < before.start
        if before.chrom != record.chrom:
            seen.add(before.chrom)
        if is_back or record.chrom in seen:
            found = "comes after a later one" if is_back else f"returns to {record.chrom}"
            todo = "score reads it as it is; sort it (bcftools sort) for tools that do not."
            where = f"{path} line {record.line}"
            yield Finding(NOTE, "E796", where, f"the record {found}: the file is not sorted", todo)
            return


def _inside(
    records: list[VariantRecord], fasta: FastaReader, path: Path, findings: list[Finding]
) -> list[VariantRecord]:
    """Return the records that lie inside the genome, on its names."""
    names = {name: resolve_chromosome(name, fasta.chrom_sizes) for name in {r.chrom for r in records}}
    unknown = [record for record in records if names[record.chrom] is None]
    if unknown:
        where = f"{path} line {unknown[0].line}"
        chroms = [record.chrom for record in unknown]
        findings.append(unknown_names(chroms, names, fasta.chrom_sizes, where, "record"))
    kept = []
    for record in records:
        chrom = names[record.chrom]
        if chrom is None:
            continue
        size = fasta.chrom_sizes[chrom]
        if record.start < 0 or record.start + len(record.ref) > size:
            where = f"{path} line {record.line} ({chrom}:{record.start + 1})"
            found = f"REF of {len(record.ref)} bp lies not inside {chrom}, positions 1 to {size:,}"
            todo = "Mend the position, or check the assembly."
            findings.append(Finding(ERROR, "E223", where, found, todo, source=str(path)))
        else:
            kept.append(replace(record, chrom=chrom))
    return kept


def _of_match(match: RefMatch, fasta: FastaReader, path: Path) -> Iterator[Finding]:
    if match.first is None:
        return
    record, there = match.first
    where = f"{path} line {record.line} ({record.chrom}:{record.start + 1})"
    found = (
        f'REF is "{record.ref[:50]}", the genome has "{there[:50]}" ({fasta.path.name}). '
        f"{match.n_wrong:,} of {counted(match.n_sampled, 'record')} sampled "
        f"{'disagrees' if match.n_wrong == 1 else 'disagree'}. {advise(match)}"
    )
    todo = "Use --ref-mismatch skip to score the others"
    todo += ", or swap to exchange alleles where the genome has ALT." if match.n_swapped else "."
    yield Finding(ERROR, "E221", where, found, todo)


def _of_kinds(records: list[VariantRecord], path: Path) -> Iterator[Finding]:
    seen: set[tuple] = set()
    repeated = []
    for record in records:
        place = (record.chrom, record.start, record.ref, record.alt)
        if place in seen:
            repeated.append(record)
        seen.add(place)
    if repeated:
        found = f"{repeated[0].key} came before ({counted(len(repeated), 'record')} repeat another)"
        where = f"{path} line {repeated[0].line}"
        yield Finding(NOTE, "E794", where, found, "score skips them and counts them as duplicate.")
