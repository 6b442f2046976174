"""The text of a VCF file, line by line: header, columns, positions, alleles.

Knows the format and nothing of the genome; :mod:`senformer.genome.vcf` checks the records against it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome.files import read_lines
from senformer.genome.sequence import IUPAC

FIXED_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
_NUMBER = re.compile(r"[0-9]{1,18}")
_CONTIG = re.compile(r"##contig=<(?:.*,)?ID=([^,>]+)")
_LENGTH = re.compile(r"[<,]length=([0-9]+)")
_LETTERS = f"[ACGTN{IUPAC}]+"
_REF = re.compile(_LETTERS)
_BASES = re.compile("[ACGT]+")
_SYMBOLIC = re.compile(r"<[^<>]+>")
_BREAKEND = re.compile(rf"(?:{_LETTERS})?[\[\]][^\[\]]+[\[\]](?:{_LETTERS})?|\.{_LETTERS}|{_LETTERS}\.")
_SHOWN_LETTERS = 50

REASONS = {
    "ref_mismatch": "REF is not what the genome has there (only where that is allowed)",
    "multi_allelic": "several ALT alleles in one record",
    "no_alternate": "ALT is . (no alternate allele)",
    "spanning_deletion": "ALT is * (the base is lost in a deletion upstream)",
    "symbolic": "ALT is a symbol such as <DEL>",
    "breakend": "ALT is a breakend",
    "not_acgt": "an allele has letters other than A, C, G and T",
    "alt_is_ref": "ALT and REF are the same",
    "not_snv": "more than one base changes (insertion, deletion, block substitution)",
    "duplicate": "the same variant came before",
}


@dataclass(frozen=True, slots=True)
class VcfLine:
    """One record as its line gives it, alleles in capitals.

    Attributes
    ----------
    line
        Line number, from 1.
    chrom
        Name as in the file.
    start
        First base of REF, 0-based; -1 where POS is 0.
    id
        ID, or an empty string for ``.``.
    ref, alt
        REF and the whole ALT column.
    """

    line: int
    chrom: str
    start: int
    id: str
    ref: str
    alt: str

    @property
    def key(self) -> str:
        """Chromosome, 1-based position and alleles, long ones cut."""
        ref, alt = (
            a if len(a) <= _SHOWN_LETTERS else a[:_SHOWN_LETTERS] + "..." for a in (self.ref, self.alt)
        )
        return f"{self.chrom}:{self.start + 1}:{ref}>{alt}"

    @property
    def has_plain_ref(self) -> bool:
        """Whether REF can be compared with the genome: A, C, G and T only."""
        return _BASES.fullmatch(self.ref) is not None

    @property
    def kind(self) -> str:
        """Reason why this record is no single-base change, as in ``REASONS``; empty where it is one."""
        if "," in self.alt:
            return "multi_allelic"
        if self.alt in {".", "*"}:
            return "no_alternate" if self.alt == "." else "spanning_deletion"
        if _SYMBOLIC.fullmatch(self.alt):
            return "symbolic"
        if _BREAKEND.fullmatch(self.alt):
            return "breakend"
        if not self.has_plain_ref or not _BASES.fullmatch(self.alt):
            return "not_acgt"
        if self.alt == self.ref:
            return "alt_is_ref"
        return "" if len(self.ref) == len(self.alt) == 1 else "not_snv"


@dataclass(frozen=True)
class VcfText:
    """What the text of a VCF file says.

    Attributes
    ----------
    contig_sizes
        Lengths that the header declares, in bp, by the file's own names.
    records
        Records in the order of the file.
    """

    contig_sizes: dict[str, int]
    records: list[VcfLine]


def parse_vcf(path: Path) -> VcfText:
    """Parse the text of a VCF file, plain, gzip or bgzip.

    Raises
    ------
    DataError
        A line that breaks the format (E222), an allele that is none (E224), no header (E225), a
        damaged file (E228). The line is named.
    """
    lines = read_lines(path, "E228")
    contig_sizes, n_columns = parse_header(lines, path)
    return VcfText(contig_sizes, list(_parse_records(lines, n_columns, path)))


def parse_header(lines: Iterator[tuple[int, str]], path: Path) -> tuple[dict[str, int], int]:
    """Take the header off ``lines``; return the lengths it declares, in bp, and the number of columns.

    Raises
    ------
    DataError
        There is none, or it is not that of VCF (E225).
    """
    sizes: dict[str, int] = {}
    number = 0
    for number, line in lines:
        where = f"{path} line {number}"
        if line.startswith("##"):
            contig, length = _CONTIG.match(line), _LENGTH.search(line)
            if contig and length:
                sizes[contig[1]] = int(length[1])
        elif line.startswith("#"):
            return sizes, _count_columns(line, where)
        else:
            found = "records begin before the header line #CHROM"
            break
    else:
        found = "the file ends before the header line #CHROM" if number else "the file is empty"
    where = f"{path} line {number}" if number else str(path)
    raise DataError("E225", where, found, f"Add the line {' '.join(FIXED_COLUMNS)}.")


def _count_columns(line: str, where: str) -> int:
    columns = line.split("\t")
    if columns[:8] != FIXED_COLUMNS or columns[8:9] not in ([], ["FORMAT"]):
        hint = "Separate columns by tabs." if line.split()[:8] == FIXED_COLUMNS else "Mend the header line."
        wanted = f"{' '.join(FIXED_COLUMNS)}, then FORMAT and samples"
        found = f"the header line is {' '.join(columns)[:80]!r}, and VCF has {wanted}"
        raise DataError("E225", where, found, hint)
    return len(columns)


def _parse_records(lines: Iterator[tuple[int, str]], n_columns: int, path: Path) -> Iterator[VcfLine]:
    blank = 0
    for number, line in lines:
        if not line.strip():
            blank = blank or number
            continue
        if blank:
            raise DataError("E222", f"{path} line {blank}", "is blank", "Remove the line.")
        yield parse_record(line, number, n_columns, f"{path} line {number}")


def parse_record(line: str, number: int, n_columns: int, where: str) -> VcfLine:
    """Return one record.

    Raises
    ------
    DataError
        The line breaks the format (E222), or an allele is none (E224).
    """
    fields = line.split("\t")
    if len(fields) != n_columns:
        tabs = len(fields) == 1 and len(line.split()) > 1
        todo = "Separate columns by tabs." if tabs else "Every record needs all columns."
        found = f"has {counted(len(fields), 'tab-separated column')}, the header line {n_columns}"
        raise DataError("E222", where, f"{found}: {line[:_SHOWN_LETTERS]!r}", todo)
    chrom, position, name, ref, alt = fields[0], fields[1], fields[2], fields[3].upper(), fields[4].upper()
    if not chrom or any(letter.isspace() for letter in chrom):
        raise DataError("E222", where, f"CHROM is {chrom!r}", "Give a chromosome name.")
    if not _NUMBER.fullmatch(position):
        raise DataError(
            "E222", where, f"POS is {position[:_SHOWN_LETTERS]!r}", "Give a whole number from 1 on."
        )
    if not _REF.fullmatch(ref):
        todo = "REF is one or more of A, C, G, T and N."
        raise DataError("E224", where, f"REF is {fields[3][:_SHOWN_LETTERS]!r}", todo)
    if not all(_is_alternate(allele) for allele in alt.split(",")):
        todo = "ALT is letters, ., *, <SYMBOL> or a breakend; several are separated by commas."
        raise DataError("E224", where, f"ALT is {fields[4][:_SHOWN_LETTERS]!r}", todo)
    return VcfLine(number, chrom, int(position) - 1, "" if name == "." else name, ref, alt)


def _is_alternate(allele: str) -> bool:
    if allele in {".", "*"}:
        return True
    return any(kind.fullmatch(allele) for kind in (_REF, _SYMBOLIC, _BREAKEND))
