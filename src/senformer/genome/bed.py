"""BED files as tables; every fault carries its line number.

The format is 0-based and half-open, as everything here. Datasets take their regions from it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.files import local_file, read_lines
from senformer.genome.interval import STRANDS

COLUMNS = ["chrom", "start", "end", "name", "score", "strand"]
_DEFAULTS = (".", "0", ".")
_NUMBER = re.compile(r"[0-9]{1,18}")
_TITLE = re.compile(r"[A-Za-z_. ]+")
_COMMENTS = ("#", "track ", "track\t", "browser ", "browser\t")


def read_bed(
    path: str | os.PathLike, chrom_sizes: Mapping[str, int] | None = None, *, keep_lines: bool = False
) -> pd.DataFrame:
    """Return the intervals of a BED file: ``chrom, start, end, name, score, strand``, sorted.

    Parameters
    ----------
    path
        BED with three columns or more (also narrowPeak and the like), plain, gzip or bgzip. Comment,
        ``track`` and ``browser`` lines and blank ones are passed over.
    chrom_sizes
        Length of every chromosome of the genome, in bp. Where given, names are mapped to the genome's
        (``1`` to ``chr1``), every interval must lie inside, and rows are sorted in the genome's order;
        without it by name.
    keep_lines
        Also return the column ``line``: where in the file each row stands, from 1.

    Returns
    -------
    One row an interval. What a file does not give is ``.`` (name, strand) and 0 (score); a score that
    is ``.`` is 0.

    Raises
    ------
    MissingInputError
        No such file, or it cannot be read (E210).
    DataError
        A line that is no BED (E211), an interval that is empty or runs backwards (E212), one that
        leaves its chromosome (E213), a damaged file (E214), or names that are not the genome's (E230).
    """
    path = local_file(path, "E210")
    rows = list(_rows(path))
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "line"])
    frame = frame.astype({"start": "int64", "end": "int64", "score": "float64", "line": "int64"})
    order = frame["chrom"]
    if chrom_sizes is not None:
        names = match_chromosomes(frame["chrom"].unique(), chrom_sizes, str(path))
        frame["chrom"] = frame["chrom"].map(names).astype(frame["chrom"].dtype)
        _check_inside(frame, chrom_sizes, path)
        ranks = {name: rank for rank, name in enumerate(chrom_sizes)}
        order = frame["chrom"].map(ranks)
    kept = np.lexsort((frame["end"], frame["start"], pd.factorize(order, sort=True)[0]))
    columns = [*COLUMNS, "line"] if keep_lines else COLUMNS
    return frame[columns].iloc[kept].reset_index(drop=True)


def _rows(path: Path) -> Iterator[tuple]:
    for number, line in read_lines(path, "E214"):
        if is_record(line):
            yield (*parse_row(line, f"{path} line {number}"), number)


def is_record(line: str) -> bool:
    """Say whether a line holds an interval: it is not blank, no comment and no line for a browser."""
    return bool(line.strip()) and not line.startswith(_COMMENTS) and line not in {"track", "browser"}


def parse_row(line: str, where: str) -> tuple[str, int, int, str, float, str]:
    """Return chromosome, start, end, name, score and strand of one line.

    Raises
    ------
    DataError
        The line is no BED (E211), or its interval is empty or runs backwards (E212).
    """
    fields = line.split("\t")
    if len(fields) < 3:
        is_split = len(re.split(r"[\s;,]+", line.strip())) >= 3
        todo = "Separate columns by tabs." if is_split else "BED has chrom, start and end."
        raise DataError(
            "E211", where, f"has {counted(len(fields), 'tab-separated column')}, BED at least 3", todo
        )
    if all(_TITLE.fullmatch(field) for field in fields[:3]):
        found = f"{', '.join(fields[:3])} are names of columns, and BED has none"
        raise DataError("E211", where, found, "Remove this header line, or put # before it.")
    if len(fields) >= 8 and not _NUMBER.fullmatch(fields[1]) and all(map(_NUMBER.fullmatch, fields[3:5])):
        todo = "Cut it to BED: awk -F'\\t' -v OFS='\\t' '$3 == \"gene\" {print $1, $4 - 1, $5}'; for windows "
        todo += "around transcription starts give it as dataset.regions: {tss: FILE}."
        raise DataError("E211", where, f"is a line of GTF or GFF (feature {fields[2]!r}), and no BED", todo)
    chrom, (start, end) = fields[0], (_coordinate(field, where) for field in fields[1:3])
    if not chrom or chrom != chrom.strip():
        raise DataError("E211", where, f"the chromosome name is {chrom!r}", "Mend the line.")
    if end <= start:
        found = f"{chrom}:{start}-{end} (0-based) is empty or runs backwards"
        raise DataError("E212", where, found, "The end must lie beyond the start.")
    name, score, strand = (*fields[3:6], *_DEFAULTS[len(fields[3:6]) :])
    if strand not in STRANDS:
        raise DataError("E211", where, f"the strand is {strand!r}", "Allowed are +, - and .")
    return chrom, start, end, name, _score(score, where, name), strand


def _coordinate(text: str, where: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise DataError("E211", where, f"{text!r} is no coordinate", "Write whole numbers from 0 on.")
    return int(text)


def _score(text: str, where: str, name: str) -> float:
    try:
        return 0.0 if text == "." else float(text)
    except ValueError as fault:
        found, todo = f"the score is {text!r}", "Write a number."
        if name in {"+", "-"}:
            found += f" and the name {name!r}, as if the strand stood before the name"
            todo = "Put name, score and strand into columns 4 to 6, "
            todo += "awk -F'\\t' -v OFS='\\t' '{print $1, $2, $3, $5, 0, $4}' for instance."
        raise DataError("E211", where, found, todo) from fault


def _check_inside(frame: pd.DataFrame, chrom_sizes: Mapping[str, int], path: Path) -> None:
    sizes = frame["chrom"].map(dict(chrom_sizes))
    outside = frame[frame["end"] > sizes]
    if len(outside):
        row = outside.loc[outside["line"].idxmin()]
        size = chrom_sizes[row["chrom"]]
        region = f"{row['chrom']}:{row['start']}-{row['end']} (0-based)"
        found = f"{region} ends beyond the chromosome, which has {size:,} bp"
        more = f"; {len(outside):,} lines in all do" if len(outside) > 1 else ""
        todo = "Cut the intervals, or check the assembly."
        raise DataError("E213", f"{path} line {row['line']}", found + more, todo)
