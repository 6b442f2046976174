"""Peaks and their summits from narrowPeak files; intervals are read as BED, strictly."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from senformer.core.errors import DataError
from senformer.genome.bed import read_bed
from senformer.genome.files import read_lines


def read_summits(path: Path, chrom_sizes: Mapping[str, int] | None, summit: bool = True) -> pd.DataFrame:
    """Return the peaks of a file with their centers, in genome order.

    Parameters
    ----------
    path
        narrowPeak, plain or gzip; with ``summit`` off also plain BED.
    chrom_sizes
        Length of every chromosome in bp; names are mapped to the genome's. As in :func:`read_bed`.
    summit
        Whether the tenth column is the center, as an offset from the start; -1 (none was called) takes the
        middle. Otherwise the middle is always taken.

    Returns
    -------
    The columns of :func:`read_bed`, and ``center``: 0-based, inside the peak or the base after it.

    Raises
    ------
    DataError
        A line has no summit, or one outside its peak (E246), or as :func:`read_bed`.
    """
    rows = read_bed(path, chrom_sizes, keep_lines=True)
    middle = (rows["start"] + rows["end"]) // 2
    if not summit:
        return rows.assign(center=middle)
    texts = dict(read_lines(path, "E214"))
    offsets = [
        _offset(texts[row.line], row.end - row.start, f"{path} line {row.line}") for row in rows.itertuples()
    ]
    offset = pd.Series(offsets, index=rows.index, dtype="int64")
    return rows.assign(center=(rows["start"] + offset).where(offset >= 0, middle))


def _offset(text: str, width: int, where: str) -> int:
    fields = text.split("\t")
    try:
        offset = int(fields[9])
    except (IndexError, ValueError) as fault:
        found = "has no whole number in its tenth column, the summit of a narrowPeak"
        raise DataError("E246", where, found, "Give a narrowPeak file, or set summit: false.") from fault
    # Callers round: in ENCODE's files a summit may be the base after the last.
    if not -1 <= offset <= width:
        found = f"the summit is at {offset}, outside the peak's {width} bp"
        raise DataError("E246", where, found, "Mend the line, or set summit: false.")
    return offset
