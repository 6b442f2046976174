"""Alignments in UCSC net format: fills and the gaps inside them; every fault carries its line number.

A net lists for each target chromosome the best alignment of every stretch; indentation is the level.
Places of the query are on its forward strand, also where the strand is minus.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from senformer.core.errors import DataError
from senformer.genome.chain import COLUMNS as CHAIN_COLUMNS
from senformer.genome.chain import match_sizes
from senformer.genome.files import local_file, read_lines

COLUMNS = [
    "chrom",
    "start",
    "end",
    "query_chrom",
    "query_start",
    "query_end",
    "reverse",
    "level",
    "kind",
    "parent",
]
_FIELDS = "fill|gap tStart tSize qName qStrand qStart qSize"


def read_net(
    path: str | os.PathLike, chrom_sizes: Mapping[str, int] | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the records of a net file, plain, gzip or bgzip, and the chromosome lengths that it names.

    Parameters
    ----------
    path
        Local file. Comment lines (``#``) and blank ones are passed over.
    chrom_sizes
        Length of every chromosome of the target genome; as in :func:`~senformer.genome.chain.read_chain`.

    Returns
    -------
    One row a ``fill`` or ``gap`` (column kind): target chrom, start, end; query chrom, start, end; reverse;
    level, 1 for the fills of a chromosome, 2 for the gaps in them and so on; and ``parent``, the row that it
    lies in, -1 for none.

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E250).
    DataError
        A line that is no net (E255), a record outside its parent or the chromosome (E256), a chromosome of
        another length (E253), a damaged file (E254).
    """
    path = local_file(path, "E250")
    rows: list[tuple] = []
    sizes: dict[str, int] = {}
    open_rows: list[int] = []
    for number, line in read_lines(path, "E254"):
        fields = line.split()
        if not fields or line.startswith("#"):
            continue
        where = f"{path} line {number}"
        if fields[0] == "net" and not line.startswith(" "):
            chrom, open_rows = _chromosome(fields, sizes, where), []
            continue
        level = len(line) - len(line.lstrip(" "))
        if not sizes or fields[0] not in ("fill", "gap") or not 1 <= level <= len(open_rows) + 1:
            told = f"{line[:60]!r} is no record of a net, or is indented too far"
            raise DataError(
                "E255", where, told, f"A net has lines 'net chrom size', then indented: {_FIELDS}."
            )
        del open_rows[level - 1 :]
        parent = open_rows[-1] if open_rows else -1
        row = _record(chrom, fields, level, parent, where)
        low, high = (rows[parent][1], rows[parent][2]) if open_rows else (0, sizes[chrom])
        if not low <= row[1] <= row[2] <= high:
            told = f"{chrom}:{row[1]}-{row[2]} (0-based) leaves {low}-{high}, in which it stands"
            raise DataError("E256", where, told, "Get the file again.")
        open_rows.append(len(rows))
        rows.append(row)
    if not rows:
        raise DataError("E255", str(path), "holds no alignment", "Give a file in UCSC net format.")
    names = match_sizes(sizes, chrom_sizes, str(path))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(chrom=frame["chrom"].map(names)), {names[name]: size for name, size in sizes.items()}


def _chromosome(fields: list[str], sizes: dict[str, int], where: str) -> str:
    if len(fields) != 3 or not fields[2].isdigit() or fields[1] in sizes:
        told = f"{' '.join(fields)[:60]!r} is no new chromosome"
        raise DataError("E255", where, told, "Write: net chrom size; each chromosome once.")
    sizes[fields[1]] = int(fields[2])
    return fields[1]


def _record(chrom: str, fields: list[str], level: int, parent: int, where: str) -> tuple:
    wanted = "fill" if level % 2 else "gap"
    numbers = [fields[at] for at in (1, 2, 5, 6)] if len(fields) >= 7 else []
    if fields[0] != wanted or not numbers or not all(field.isdigit() for field in numbers):
        told = f"is no {wanted} with whole numbers, as level {level} needs"
        raise DataError("E255", where, told, f"A record is: {_FIELDS}.")
    if fields[4] not in ("+", "-"):
        raise DataError("E255", where, f"the strand is {fields[4]!r}", "Allowed are + and -.")
    start, size, query, query_size = map(int, numbers)
    return (
        chrom,
        start,
        start + size,
        fields[3],
        query,
        query + query_size,
        fields[4] == "-",
        level,
        wanted,
        parent,
    )


def fill_pieces(net: pd.DataFrame) -> pd.DataFrame:
    """Return every fill of every level, cut at the gaps that stand in it.

    A piece may still hold gaps too short for the file to tell. The column ``chain`` numbers the fills.
    """
    gaps: dict[int, list] = {}
    fills = []
    for row in net.itertuples():
        if row.kind == "gap":
            gaps.setdefault(row.parent, []).append(row)
        else:
            fills.append(row)
    pieces = [
        (fill.chrom, low, high, fill.query_chrom, *sorted(query), fill.reverse, fill.Index)
        for fill in fills
        for low, high, query in _pieces(fill, gaps.get(fill.Index, []))
        if low < high and query[0] != query[1]
    ]
    return pd.DataFrame(pieces, columns=CHAIN_COLUMNS)


def _pieces(fill: Any, gaps: list) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield target start and end, and the two ends in the query, of what lies between the gaps of a fill."""
    first, last = fill.query_start, fill.query_end
    first, last = (last, first) if fill.reverse else (first, last)
    low, begin = fill.start, first
    for gap in sorted(gaps, key=lambda gap: gap.start):
        stop, go_on = gap.query_start, gap.query_end
        stop, go_on = (go_on, stop) if fill.reverse else (stop, go_on)
        yield low, gap.start, (begin, stop)
        low, begin = gap.end, go_on
    yield low, fill.end, (begin, last)
