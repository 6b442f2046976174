"""Variants as ids, one a line: ``chr22:36201698:A>C`` and its cousins.

Positions in ids are 1-based, as in VCF.
"""

import re
from pathlib import Path

from senformer.core.errors import DataError
from senformer.genome.assemblies import known_assemblies
from senformer.genome.files import read_lines
from senformer.genome.variant_record import SHOWN_LETTERS, VariantRecord, VariantText, make_record

_ALLELE = r"[A-Za-z]+|<[^<>]+>|[*.]"
_ID = re.compile(
    r"(?P<chrom>.+)(?P<first>[:_-])(?P<position>[0-9]+)(?P<second>[:_-])"
    rf"(?P<ref>[A-Za-z]+)(?P<third>[>:/_-])(?P<alt>(?:{_ALLELE})(?:,(?:{_ALLELE}))*)(?:_(?P<build>\w+))?"
)
_ACCESSION = re.compile(r"[A-Z]{2}_[0-9]+\.[0-9]+")
_RS = re.compile(r"rs[0-9]+", re.IGNORECASE)
_BUILDS = {
    "b36": "hg18", "b37": "hg19", "b38": "hg38", "grch37": "hg19", "grch38": "hg38", "grcm38": "mm10",
    "grcm39": "mm39",
}  # fmt: skip
_TODO = "Write chrom:position:REF>ALT, positions from 1 on, for instance chr22:36201698:A>C."


def is_id(text: str) -> bool:
    """Say whether a line was meant as an id: it is one, or an rs number."""
    return bool(_ID.fullmatch(text) or _RS.fullmatch(text))


def parse_ids(path: Path) -> VariantText:
    """Parse a list of ids; lines that begin with ``#`` are passed over.

    Raises
    ------
    DataError
        A line that is no id (E236), CHROM or POS that cannot be (E222), an allele that is none (E224), a
        damaged file (E228).
    """
    records: list[VariantRecord] = []
    assemblies: dict[str, int] = {}
    blank = 0
    for number, line in read_lines(path, "E228"):
        if not line.strip():
            blank = blank or number
            continue
        if blank:
            raise DataError("E222", f"{path} line {blank}", "is blank", "Remove the line.")
        if line.startswith("#"):
            continue
        record, assembly = parse_id(line.strip(), number, f"{path} line {number}")
        records.append(record)
        if assembly:
            assemblies.setdefault(assembly, number)
    return VariantText(str(path), records, assemblies=assemblies)


def parse_id(text: str, line: int, where: str) -> tuple[VariantRecord, str | None]:
    """Return the record that an id stands for, and the assembly that it names.

    Parameters
    ----------
    text
        Chromosome, 1-based position, REF and ALT: ``chr22:36201698:A>C``, ``22-36201698-A-C``,
        ``chr22_36201698_A_C_b38``, ``22:36201698:A:C``, ``22:36201698_A/C``.
    line, where
        Where it stands.

    Raises
    ------
    DataError
        It is none (E236), or CHROM, POS or an allele cannot be (E222, E224).

    Examples
    --------
    >>> parse_id("chr22_36201698_A_C_b38", 1, "ids.txt line 1")[1]
    'hg38'
    """
    found = _ID.fullmatch(text)
    if found is None:
        fault = "is no id of a variant"
        if _RS.fullmatch(text):
            fault = "is an rs number, which gives neither position nor alleles"
        raise DataError("E236", where, f"{text[:SHOWN_LETTERS]!r} {fault}", _TODO)
    separators = found["first"] + found["second"] + found["third"]
    if separators == ":::" and _ACCESSION.fullmatch(found["chrom"]):
        fault = "reads like SPDI, whose positions count from 0"
        raise DataError("E236", where, f"{text[:SHOWN_LETTERS]!r} {fault}", _TODO)
    assembly = None if found["build"] is None else _assembly(found["build"], text, where)
    fields = (found["chrom"], found["position"], text, found["ref"], found["alt"])
    return make_record(line, where, fields), assembly


def _assembly(build: str, text: str, where: str) -> str:
    assembly = _BUILDS.get(build.lower(), build)
    if assembly not in known_assemblies() and assembly not in _BUILDS.values():
        fault = f"{text[:SHOWN_LETTERS]!r} ends in {build!r}, which names no assembly that is known"
        raise DataError(
            "E236", where, fault, "Leave the ending out, or write b37, b38, hg19, hg38 or the like."
        )
    return assembly
