"""The copies of a chromosome that a sample of a phased VCF has.

Every record near the wanted places gets one outcome (:data:`OUTCOMES`). A genotype that does not say which
copy has which allele is an error unless it is to be left out; so is a REF that the genome does not have.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.core.tables import choose
from senformer.core.wording import counted
from senformer.genome.chromosomes import match_chromosomes, resolve_chromosome
from senformer.genome.fasta import FastaReader
from senformer.genome.files import local_file, read_lines
from senformer.genome.haplotype import Edit, Haplotype
from senformer.genome.regions import merge
from senformer.genome.sequence import decode
from senformer.genome.variant_record import VariantRecord
from senformer.genome.vcf_index import find_index, read_near
from senformer.genome.vcf_parse import FIXED_COLUMNS, parse_header, parse_record

OUTCOMES = {
    "used": "at least one copy has it",
    "reference": "no copy has an ALT allele",
    "missing": "the genotype is missing (., ./.); of .|1 the known copy is taken",
    "unphased": "the genotype does not say which copy has which allele (0/1), left out as asked",
    "not_a_sequence": "a copy has a symbol, a breakend, or letters beside A, C, G, T: left out on that copy",
    "spanning_deletion": "the allele of a copy is *: a record upstream says what is lost",
    "overlap": "a copy has it and an earlier record that changes the same bases: left out on that copy",
}
UNPHASED = {"error": "stop at the first", "skip": "leave such records out, and say so"}
N_COPIES = 2
# A mark before the first allele says how that one is phased (VCF 4.4).
_GENOTYPE = re.compile(r"[|/]?(\.|[0-9]{1,4})(?:([|/])(\.|[0-9]{1,4}))?")
_BASES = re.compile("[ACGT]+")
_SHOWN_BP = 50


@dataclass(frozen=True)
class SampleCopies:
    """What a VCF says of one sample.

    Attributes
    ----------
    sample
        Its name.
    copies
        For each of the two copies its chromosomes, by name, where it has edits.
    records
        One row a record near the wanted places: ``chrom, position, ref, alt, genotype, outcome`` and
        ``phase_set`` (empty: none named).
    """

    sample: str
    copies: tuple[dict[str, Haplotype], ...]
    records: pd.DataFrame


def read_copies(
    path: str | os.PathLike,
    fasta: FastaReader,
    samples: Sequence[str],
    near: pd.DataFrame,
    *,
    unphased: str = "error",
) -> list[SampleCopies]:
    """Read both copies of some samples around some places.

    A haploid genotype (chrX and chrY of a man, the mitochondrion) counts for both copies.

    Parameters
    ----------
    path
        VCF 4 with genotypes, plain, gzip or bgzip, in any order. Where a bgzip file has an index beside it,
        what is near the places alone is read.
    fasta
        The genome.
    samples
        Names in the header.
    near
        ``chrom, start, end`` (0-based, half-open): records that touch none of these are not looked at.
    unphased
        What a heterozygous genotype without ``|`` is: an ``error``, or a record to ``skip``.

    Raises
    ------
    MissingInputError
        No such file (E220).
    ConfigError
        No such sample, or the file has none (E260).
    DataError
        A faulty record (E221 to E228), no genotype, or one that is none (E261), an unphased one (E262), or
        an index of another file (E263).
    """
    choose(UNPHASED, unphased, "unphased")
    path = local_file(path, "E220")
    lines = read_lines(path, "E228")
    columns: list[str] = []
    _, n_columns = parse_header(_noting_columns(lines, columns), path)
    numbers = [_find_sample(name, columns[len(FIXED_COLUMNS) + 1 :], path) for name in samples]
    readers = [_Sample(name, fasta, unphased) for name in samples]
    reach = _Reach(near, fasta, path)
    index = find_index(path)
    near_by = _all_lines(lines, path) if index is None else read_near(path, index, reach.places_of)
    for where, line in near_by:
        if not reach.may_hold(line):
            continue
        record = parse_record(line, -1, n_columns, where)
        if (chrom := reach.chrom_of(record)) is None:
            continue
        _check_reference(record, chrom, fasta, where)
        fields = line.split("\t")
        for reader, number in zip(readers, numbers, strict=True):
            calls = fields[len(FIXED_COLUMNS)], fields[len(FIXED_COLUMNS) + 1 + number]
            reader.add(record, chrom, where, *calls)
    reach.check_names()
    return [reader.finish() for reader in readers]


def _all_lines(lines: Iterator[tuple[int, str]], path: Path) -> Iterator[tuple[str, str]]:
    """Yield where each record stands, and its line."""
    for number, line in lines:
        where = f"{path} line {number}"
        if not line.strip():
            raise DataError("E222", where, "is blank", "Remove the line.")
        yield where, line


def _noting_columns(lines: Iterator[tuple[int, str]], columns: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in lines:
        if line.startswith("#CHROM"):
            columns += line.split("\t")
        yield number, line


def _find_sample(name: str, there: list[str], path: Path) -> int:
    if name in there:
        return there.index(name)
    found = f"has no sample {name!r}" if there else "has no samples, and haplotypes need genotypes"
    todo = nearest(name, there)[:200] if there else "Give a phased VCF with a column for the sample."
    raise ConfigError("E260", str(path), found, todo)


class _Reach:
    """The places that records are wanted near."""

    def __init__(self, near: pd.DataFrame, fasta: FastaReader, path: Path) -> None:
        self._fasta, self._path = fasta, path
        self._names: dict[str, str | None] = {}
        merged = merge(near)
        self._places = {
            str(chrom): (rows["start"].to_numpy(), rows["end"].to_numpy())
            for chrom, rows in merged.groupby("chrom")
        }

    def may_hold(self, line: str) -> bool:
        """Say whether a line is worth parsing; one that is no record is, to be named."""
        fields = line.split("\t", 4)
        if len(fields) < 5 or not fields[0] or not fields[1].isdecimal():
            return True
        chrom = self._named(fields[0])
        return chrom is not None and self._touches(chrom, int(fields[1][:18]) - 1, len(fields[3]))

    def places_of(self, name: str) -> list[tuple[int, int]]:
        """Return the places on a chromosome of the file, and one base on each side: next to is near."""
        chrom = self._named(name)
        starts, ends = self._places.get(chrom or "", ([], []))
        return [(max(int(start) - 1, 0), int(end) + 1) for start, end in zip(starts, ends, strict=True)]

    def chrom_of(self, record: VariantRecord) -> str | None:
        """Return the genome's name of its chromosome, or None where it lies elsewhere."""
        chrom = self._named(record.chrom)
        return chrom if chrom and self._touches(chrom, record.start, len(record.ref)) else None

    def _touches(self, chrom: str, start: int, width: int) -> bool:
        if chrom not in self._places:
            return False
        starts, ends = self._places[chrom]
        index = int(np.searchsorted(ends, start, side="left"))
        return index < len(ends) and bool(starts[index] <= start + width)

    def _named(self, chrom: str) -> str | None:
        if chrom not in self._names:
            self._names[chrom] = resolve_chromosome(chrom, self._fasta.chrom_sizes)
        return self._names[chrom]

    def check_names(self) -> None:
        """Raise where the genome has none of the file's chromosomes; single ones may be of decoys."""
        if self._names and not any(self._names.values()):
            match_chromosomes(self._names, self._fasta.chrom_sizes, str(self._path))


def _check_reference(record: VariantRecord, chrom: str, fasta: FastaReader, where: str) -> None:
    end, size = record.start + len(record.ref), fasta.chrom_sizes[chrom]
    if record.start < 0 or end > size:
        found = f"REF of {len(record.ref)} bp lies not inside {chrom}, positions 1 to {size:,}"
        raise DataError(
            "E223",
            f"{where} ({chrom}:{record.start + 1})",
            found,
            "Mend the position, or check the assembly.",
        )
    there = decode(fasta.fetch(chrom, record.start, end))
    if record.has_plain_ref and there != record.ref:
        found = f'REF is "{record.ref[:_SHOWN_BP]}", the genome has "{there[:_SHOWN_BP]}" ({fasta.path.name})'
        todo = "Use the genome that the variants were called on."
        raise DataError("E221", f"{where} ({chrom}:{record.start + 1})", found, todo)


class _Sample:
    """What was read of one sample so far."""

    def __init__(self, name: str, fasta: FastaReader, unphased: str) -> None:
        self._name, self._fasta, self._unphased = name, fasta, unphased
        self._carried: list[list[tuple[VariantRecord, str, int]]] = [[] for _ in range(N_COPIES)]
        self._rows: list[dict[str, object]] = []

    def add(self, record: VariantRecord, chrom: str, where: str, keys: str, values: str) -> None:
        """Take one record in."""
        where = f"{where}, sample {self._name}"
        fields = dict(zip(keys.split(":"), values.split(":"), strict=False))
        if "GT" not in fields:
            raise DataError("E261", where, "has no genotype (GT)", "Give a VCF with genotypes.")
        self._rows.append(
            {
                "chrom": chrom,
                "position": record.start + 1,
                "ref": record.ref,
                "alt": record.alt,
                "genotype": fields["GT"],
                "outcome": self._outcome(record, chrom, fields["GT"], where),
                "phase_set": fields.get("PS", "").replace(".", ""),
            }
        )

    def _outcome(self, record: VariantRecord, chrom: str, genotype: str, where: str) -> str:
        alternates = record.alt.split(",")
        numbers = _numbers(genotype, len(alternates), where)
        if numbers is None:
            return "missing"
        if not any(numbers):
            return "reference"
        if "/" in genotype and len(set(numbers)) > 1:
            if self._unphased == "error":
                todo = "Phase the file, or leave such records out with --unphased skip."
                raise DataError("E262", where, f"genotype {genotype} is not phased", todo)
            return "unphased"
        wanted = [alternates[number - 1] if number else "" for number in numbers]
        if set(wanted) <= {"", "*"}:
            return "spanning_deletion"
        outcome = "used"
        for copy, allele in enumerate(wanted):
            if allele in ("", "*"):
                continue
            if not (record.has_plain_ref and _BASES.fullmatch(allele)):
                outcome = "not_a_sequence"
            elif allele != record.ref:
                self._carried[copy].append((replace(record, chrom=chrom), allele, len(self._rows)))
        return outcome

    def finish(self) -> SampleCopies:
        """Put the records in, in the order of the genome; of two that change a base the first stays."""
        copies = tuple(self._copy(carried) for carried in self._carried)
        return SampleCopies(self._name, copies, pd.DataFrame(self._rows, columns=_COLUMNS))

    def _copy(self, carried: list[tuple[VariantRecord, str, int]]) -> dict[str, Haplotype]:
        edits: dict[str, list[Edit]] = {}
        before: dict[str, tuple[VariantRecord, str]] = {}
        for record, allele, row in sorted(carried, key=lambda item: (item[0].chrom, item[0].start, item[2])):
            if record.chrom in before and _overlaps(record, allele, *before[record.chrom]):
                self._rows[row]["outcome"] = "overlap"
                continue
            before[record.chrom] = record, allele
            edits.setdefault(record.chrom, []).append(Edit.of(record.start, record.ref, allele))
        sizes = self._fasta.chrom_sizes
        return {chrom: Haplotype(chrom, sizes[chrom], found) for chrom, found in edits.items()}


def _overlaps(record: VariantRecord, allele: str, before: VariantRecord, allele_before: str) -> bool:
    """Say whether a record changes what an earlier one does, by the rule of bcftools consensus.

    The base before an insertion or deletion may be the last one of an earlier record, unless that puts
    bases in behind it.
    """
    end = before.start + len(before.ref)
    is_anchored = len(allele) != len(record.ref) and allele[0] == record.ref[0]
    if is_anchored and record.start == end - 1 and len(allele_before) <= len(before.ref):
        return False
    return record.start < end


_COLUMNS = ["chrom", "position", "ref", "alt", "genotype", "outcome", "phase_set"]


def _numbers(genotype: str, n_alternates: int, where: str) -> tuple[int, int] | None:
    """Return the allele of each copy, 0 is REF; None where it is missing.

    Raises
    ------
    DataError
        It is none, of more than two copies, or names an allele that the record has not.
    """
    found = _GENOTYPE.fullmatch(genotype)
    if found is None:
        todo = "A genotype is like 0|1, of one or two copies."
        raise DataError("E261", where, f"genotype is {genotype[:_SHOWN_BP]!r}", todo)
    alleles = [found[1], found[1] if found[3] is None else found[3]]
    if alleles == [".", "."]:
        return None
    # Of a half-missing genotype what is known is taken.
    first, second = (0 if allele == "." else int(allele) for allele in alleles)
    if max(first, second) > n_alternates:
        there = counted(n_alternates, "ALT allele")
        raise DataError(
            "E261", where, f"genotype is {genotype}, the record has {there}", "Mend the genotype."
        )
    return first, second
