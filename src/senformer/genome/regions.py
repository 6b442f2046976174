"""Sets of intervals as tables: merge, subtract, and reading from a BED file or region strings.

Datasets cut their windows from these. All chromosomes are done at once, for there may be 100,000 of them.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from senformer.genome.bed import read_bed
from senformer.genome.interval import parse_region

COLUMNS = ["chrom", "start", "end"]


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    # Callers may have nullable integers, or none at all.
    return frame[COLUMNS].astype({"start": "int64", "end": "int64"}).reset_index(drop=True)


def merge(regions: pd.DataFrame) -> pd.DataFrame:
    """Return the regions with overlapping and touching ones joined, sorted; no start is below 0."""
    if regions.empty:
        return _plain(regions)
    regions = _plain(regions)
    rank = pd.factorize(regions["chrom"], sort=True)[0].astype(np.int64)
    order = np.lexsort((regions["end"], regions["start"], rank))
    # One line of coordinates for all chromosomes, with a base between any two that no region can touch.
    shift = rank * (int(regions["end"].max()) + 2)
    start, end = ((regions[key].to_numpy() + shift)[order] for key in ("start", "end"))
    reach = np.maximum.accumulate(end)
    first = np.flatnonzero(np.concatenate([[True], start[1:] > reach[:-1]]))
    last = np.append(first[1:], len(order)) - 1
    joined = regions.iloc[order[first]]
    return _plain(joined.assign(end=reach[last] - shift[order[first]]))


def subtract(regions: pd.DataFrame, removed: pd.DataFrame) -> pd.DataFrame:
    """Return what is left of each region outside ``removed``."""
    if regions.empty or removed.empty:
        return _plain(regions)
    return cut(_plain(regions), merge(removed))


def cut(regions: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the pieces of each region outside its gaps, in order, with the region's other columns.

    Gaps of one chromosome neither overlap nor touch, as :func:`merge` returns them.
    """
    # One line of coordinates for all chromosomes, so that all regions find their gaps at once.
    rank = pd.factorize(pd.concat([regions["chrom"], gaps["chrom"]], ignore_index=True))[0].astype(np.int64)
    top = max(regions["end"].max(), gaps["end"].max()) + 1 if len(regions) and len(gaps) else 0
    shift, gap_shift = rank[: len(regions)] * top, rank[len(regions) :] * top
    start, end = (regions[key].to_numpy(dtype=np.int64) + shift for key in ("start", "end"))
    low, high = (np.sort(gaps[key].to_numpy(dtype=np.int64) + gap_shift) for key in ("start", "end"))
    first, last = np.searchsorted(high, start, "right"), np.searchsorted(low, end, "left")
    # A region with k gaps has k + 1 pieces; some are empty.
    n = np.maximum(last - first, 0) + 1
    row = np.repeat(np.arange(len(regions)), n)
    number = np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)
    gap, is_head, is_tail = first[row] + number, number == 0, number == n[row] - 1
    starts, ends = start[row], end[row]
    starts[~is_head] = high[gap[~is_head] - 1]
    ends[~is_tail] = low[gap[~is_tail]]
    some = starts < ends
    found = regions.iloc[row[some]].reset_index(drop=True)
    bounds = {"start": (starts - shift[row])[some], "end": (ends - shift[row])[some]}
    return found.assign(**bounds).astype(regions.dtypes.to_dict())


def chromosomes_as_regions(chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return one region a chromosome, from its first base to its last, in the order given."""
    frame = pd.DataFrame({"chrom": list(chrom_sizes), "start": 0, "end": list(chrom_sizes.values())})
    return _plain(frame)


def read_regions(spec: str | os.PathLike | Sequence[str], chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return regions inside the genome, sorted: ``chrom, start, end``.

    Parameters
    ----------
    spec
        Path of a BED file, or a list of region strings (``chr1:1,001-2,000``, 1-based and both ends
        included; ``chr1`` for a whole chromosome). Names may be aliases of the genome's (``1``, ``chr1``).
    chrom_sizes
        Length of every chromosome, in bp.

    Raises
    ------
    DataError
        As :func:`read_bed` and :func:`parse_region`.
    """
    if isinstance(spec, str | os.PathLike):
        return _plain(read_bed(Path(spec), chrom_sizes))
    found = [parse_region(text, chrom_sizes) for text in spec]
    frame = pd.DataFrame([(i.chrom, i.start, i.end) for i in found], columns=COLUMNS)
    return _plain(frame.sort_values(COLUMNS, kind="stable"))
