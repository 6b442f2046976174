"""The lines of a peak file as runs: read strictly as BED, then painted, the largest value on top."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int64

from senformer.core.errors import DataError
from senformer.genome.bed import read_bed
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.files import read_lines
from senformer.genome.peaks import read_summits
from senformer.tracks.runs import Runs

_LARGEST = float(np.finfo(np.float32).max)
_COLUMNS = {"score": 4, "signalValue": 6}


def parse_peaks(
    chrom_sizes: Mapping[str, int],
    value: str,
    center: str,
    width_bp: int | None,
    path: Path,
    facts: dict[str, Any],
) -> Iterator[tuple[str, Runs]]:
    """Yield every chromosome that has a peak with its runs, by name.

    ``facts`` gets ``n_peaks`` and ``n_cut``, the peaks cut at the end of a chromosome.

    Raises
    ------
    DataError
        As :func:`senformer.genome.bed.read_bed`; a peak ends beyond the genome's chromosome (E345); a line
        lacks the column of ``value``, or has no finite number there (E360).
    """
    if width_bp is None:
        peaks = read_bed(path, keep_lines=True)
        starts, ends = peaks["start"].to_numpy(), peaks["end"].to_numpy()
    else:
        peaks = read_summits(path, None, summit=center == "summit")
        starts = peaks["center"].to_numpy() - width_bp // 2
        ends = starts + width_bp
    if peaks.empty:
        raise DataError("E360", str(path), "holds no peak", "Check that it was written whole.")
    values = np.ones(len(peaks)) if value == "binary" else _values(path, peaks, value)
    sizes = _sizes(path, peaks, chrom_sizes)
    facts["n_peaks"], facts["n_cut"] = len(peaks), int(((starts < 0) | (ends > sizes)).sum())
    starts, ends = np.maximum(starts, 0), np.minimum(ends, sizes)
    rank, chroms = pd.factorize(peaks["chrom"])  # in the order of the table
    order = np.argsort(rank, kind="stable")
    rows = np.split(order, np.searchsorted(rank[order], np.arange(1, len(chroms))))
    for chrom, own in zip(chroms, rows, strict=True):
        yield str(chrom), paint(starts[own], ends[own], values[own])


def paint(
    starts: Int64[np.ndarray, " peak"], ends: Int64[np.ndarray, " peak"], values: Float64[np.ndarray, " peak"]
) -> Runs:
    """Return the largest value over the intervals at every base that one covers, as runs.

    Examples
    --------
    >>> runs = paint(np.array([0, 2]), np.array([4, 6]), np.array([1.0, 3.0]))
    >>> [column.tolist() for column in runs]
    [[0, 2], [2, 6], [1.0, 3.0]]
    """
    borders = np.unique(np.concatenate([starts, ends]))
    top = np.full(len(borders) - 1, math.nan)
    first, last = np.searchsorted(borders, starts), np.searchsorted(borders, ends)
    for peak in np.argsort(values, kind="stable").tolist():
        top[first[peak] : last[peak]] = values[peak]
    covered = ~np.isnan(top)
    # Pieces of one value that touch are one run.
    joins = np.concatenate([[False], covered[1:] & covered[:-1] & (top[1:] == top[:-1])])
    heads = np.flatnonzero(covered & ~joins)
    tails = np.flatnonzero(covered & ~np.append(joins[1:], False))
    return Runs(borders[heads], borders[tails + 1], top[heads].astype(np.float32))


def _sizes(path: Path, peaks: pd.DataFrame, chrom_sizes: Mapping[str, int]) -> Int64[np.ndarray, " peak"]:
    """Return the length of every peak's chromosome; of one that the genome lacks, its last end."""
    known = {name: resolve_chromosome(name, chrom_sizes) for name in peaks["chrom"].unique()}
    last = peaks.groupby("chrom")["end"].max()
    found = {name: int(last[name]) if chrom is None else chrom_sizes[chrom] for name, chrom in known.items()}
    sizes = peaks["chrom"].map(found).to_numpy(dtype=np.int64)
    beyond = peaks[peaks["end"] > sizes]
    if len(beyond):
        row = beyond.loc[beyond["line"].idxmin()]
        size = found[row["chrom"]]
        text = f"{row['chrom']}:{row['start']}-{row['end']} (0-based) ends beyond the genome's {size:,} bp"
        todo = "Give the genome that the peaks were called on."
        raise DataError("E345", f"{path} line {row['line']}", text, todo)
    return sizes


def _values(path: Path, peaks: pd.DataFrame, value: str) -> Float64[np.ndarray, " peak"]:
    texts = dict(read_lines(path, "E214"))
    return np.array([_number(texts[line], value, f"{path} line {line}") for line in peaks["line"]])


def _number(text: str, value: str, where: str) -> float:
    place = _COLUMNS[value]
    fields = text.split("\t")
    if len(fields) <= place:
        found = f"has {len(fields)} columns, and value={value} is number {place + 1}"
        raise DataError("E360", where, found, "Give a file with this column, or set value=binary.")
    try:
        number = float(fields[place])
    except ValueError:
        number = math.nan
    if not abs(number) <= _LARGEST:
        found = f"{value} is {fields[place]!r}, and a finite number is needed"
        raise DataError("E360", where, found, "Mend the line, or set value=binary.")
    return number
