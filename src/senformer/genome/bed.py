"""BED files as tables; every fault carries its line number.

The format is 0-based and half-open, as everything here.
"""

import gzip
import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.interval import Interval

COLUMNS = ["chrom", "start", "end", "name", "score", "strand"]


def read_bed(path: str | os.PathLike, chrom_sizes: Mapping[str, int] | None = None) -> pd.DataFrame:
    """Return the intervals of a BED file, sorted."""
    path = Path(path)
    try:
        handle = gzip.open(path, "rt") if path.suffix == ".gz" else open(path, encoding="utf-8")
    except OSError as fault:
        raise MissingInputError(
            "E210", str(path), f"cannot be read ({fault.strerror})", "Check the path."
        ) from fault
    rows = []
    with handle:
        for number, line in enumerate(handle, 1):
            line = line.rstrip("\r\n")
            if not line or line.startswith(("#", "track", "browser")):
                continue
            fields = line.split("\t")
            try:
                start, end = int(fields[1]), int(fields[2])
            except (IndexError, ValueError) as fault:
                raise DataError("E211", f"{path} line {number}", "is no BED line", "Mend it.") from fault
            name, score, strand = fields[3:6] + [".", "0", "."][len(fields[3:6]) :]
            rows.append((fields[0], start, end, name, score, strand, number))
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "line"])
    if chrom_sizes is not None:
        frame["chrom"] = frame["chrom"].map(
            match_chromosomes(frame["chrom"].unique(), chrom_sizes, str(path))
        )
    return frame.sort_values(["chrom", "start", "end"], kind="stable").reset_index(drop=True)[COLUMNS]


def frame_to_intervals(frame: pd.DataFrame) -> list[Interval]:
    """Return one :class:`Interval` a row."""
    strands = frame["strand"] if "strand" in frame else ["."] * len(frame)
    names = frame["name"] if "name" in frame else [""] * len(frame)
    rows = zip(frame["chrom"], frame["start"], frame["end"], strands, names, strict=True)
    return [Interval(c, int(s), int(e), strand, n) for c, s, e, strand, n in rows]
