"""The text of a VCF file, line by line: header, columns, positions, alleles.

Knows the format and nothing of the genome; :mod:`senformer.genome.variant_reader` checks the records.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome.files import read_lines
from senformer.genome.variant_record import SHOWN_LETTERS, VariantRecord, VariantText, make_record

FIXED_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
_CONTIG = re.compile(r"##contig=<(?:.*,)?ID=([^,>]+)")
_LENGTH = re.compile(r"[<,]length=([0-9]+)")


def parse_vcf(path: Path) -> VariantText:
    """Parse the text of a VCF file, plain, gzip or bgzip.

    Raises
    ------
    DataError
        A line that breaks the format (E222), an allele that is none (E224), no header (E225), a
        damaged file (E228). The line is named.
    """
    lines = read_lines(path, "E228")
    contig_sizes, n_columns = parse_header(lines, path)
    return VariantText(str(path), list(_parse_records(lines, n_columns, path)), contig_sizes)


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


def _parse_records(lines: Iterator[tuple[int, str]], n_columns: int, path: Path) -> Iterator[VariantRecord]:
    blank = 0
    for number, line in lines:
        if not line.strip():
            blank = blank or number
            continue
        if blank:
            raise DataError("E222", f"{path} line {blank}", "is blank", "Remove the line.")
        yield parse_record(line, number, n_columns, f"{path} line {number}")


def parse_record(line: str, number: int, n_columns: int, where: str) -> VariantRecord:
    """Return one record.

    Raises
    ------
    DataError
        The line breaks the format (E222), or an allele is none (E224).
    """
    # Samples may be thousands: they are counted, and not cut out.
    fields, n_found = line.split("\t", len(FIXED_COLUMNS)), line.count("\t") + 1
    if n_found != n_columns:
        tabs = len(fields) == 1 and len(line.split()) > 1
        todo = "Separate columns by tabs." if tabs else "Every record needs all columns."
        found = f"has {counted(n_found, 'tab-separated column')}, the header line {n_columns}"
        raise DataError("E222", where, f"{found}: {line[:SHOWN_LETTERS]!r}", todo)
    return make_record(number, where, (fields[0], fields[1], fields[2], fields[3], fields[4]))
