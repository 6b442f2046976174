"""Variants as a table of text: columns ``chrom pos ref alt [id]``, tab-separated, with a header line.

Positions are 1-based, as in VCF. Other columns are passed over.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome.files import read_lines
from senformer.genome.variant_ids import parse_id
from senformer.genome.variant_record import SHOWN_LETTERS, VariantRecord, VariantText, make_record

NAMES = {
    "chrom": ("chrom", "chr", "chromosome", "#chrom", "#chr"),
    "pos": ("pos", "position"),
    "ref": ("ref", "ref_allele", "reference", "allele1"),
    "alt": ("alt", "alt_allele", "alternate", "allele2"),
    "id": ("id", "variant_id", "variant", "rsid", "snp", "name"),
}
_PLACE = ("chrom", "pos", "ref", "alt")


class Columns(NamedTuple):
    """Where the columns of a table stand, from 0; a table of ids alone has ``id``."""

    chrom: int | None
    pos: int | None
    ref: int | None
    alt: int | None
    id: int | None

    @property
    def is_ids(self) -> bool:
        """Whether variants are told by their ids alone."""
        return self.chrom is None


def is_header(names: Sequence[str]) -> bool:
    """Say whether a line was meant as the header of a table of variants."""
    found = {role for role, known in NAMES.items() if any(_plain(name) in known for name in names)}
    return {"chrom", "pos"} <= found or (found == {"id"} and len(names) == 1)


def find_columns(names: Sequence[str], where: str) -> Columns:
    """Return where the columns of a table stand, by their names in any case.

    Raises
    ------
    DataError
        One is missing, or two are the same (E235).
    """
    places: dict[str, int | None] = {}
    for role, known in NAMES.items():
        found = [at for at, name in enumerate(names) if _plain(name) in known]
        if len(found) > 1 and role != "id":
            both = " and ".join(repr(names[at]) for at in found[:2])
            raise DataError("E235", where, f"columns {both} are both {role}", "Leave one.")
        places[role] = found[0] if found else None
    missing = [role for role in _PLACE if places[role] is None]
    if missing and not (len(missing) == len(_PLACE) and places["id"] is not None):
        found_text = f"has no column {' nor '.join(missing)}: {', '.join(names)[:80]!r}"
        todo = "Name columns chrom, pos (1-based), ref, alt and, if you like, id; separate them by tabs."
        raise DataError("E235", where, found_text, todo)
    return Columns(**places)


def _plain(name: str) -> str:
    return name.strip().lower()


def parse_cells(
    cells: Sequence[str], columns: Columns, line: int, where: str
) -> tuple[VariantRecord, str | None]:
    """Return the record of one row, and the assembly that its id names where that tells the variant.

    Raises
    ------
    DataError
        CHROM or POS cannot be (E222), an allele is none (E224), an id is none (E236).
    """
    chrom, pos, ref, alt, name = (None if at is None else cells[at] for at in columns)
    if chrom is None or pos is None or ref is None or alt is None:
        return parse_id(name or "", line, where)
    return make_record(line, where, (chrom, pos, name or ".", ref, alt)), None


def parse_table(path: Path) -> VariantText:
    """Parse a table of variants, plain, gzip or bgzip; ``##`` lines before the header are passed over.

    Raises
    ------
    DataError
        No header, or a column is missing (E235), a row of another length (E222), values that cannot be
        (E222, E224, E236), a damaged file (E228).
    """
    records: list[VariantRecord] = []
    assemblies: dict[str, int] = {}
    columns, n_columns, blank = None, 0, 0
    for number, line in read_lines(path, "E228"):
        where = f"{path} line {number}"
        if not line.strip():
            blank = blank or number
            continue
        if columns is None:
            if not line.startswith("##"):
                names = line.split("\t")
                columns, n_columns = find_columns(names, where), len(names)
            continue
        if blank:
            raise DataError("E222", f"{path} line {blank}", "is blank", "Remove the line.")
        cells = line.split("\t")
        if len(cells) != n_columns:
            found = f"has {counted(len(cells), 'tab-separated column')}, the header line {n_columns}"
            todo = "Every row needs all columns."
            raise DataError("E222", where, f"{found}: {line[:SHOWN_LETTERS]!r}", todo)
        record, assembly = parse_cells(cells, columns, number, where)
        records.append(record)
        if assembly:
            assemblies.setdefault(assembly, number)
    if columns is None:
        raise DataError("E235", str(path), "holds no header line", "Begin with chrom, pos, ref, alt, id.")
    return VariantText(str(path), records, assemblies=assemblies)
