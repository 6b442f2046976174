"""Regions in groups (folds, splits) that must not share a base: merged within, held apart between."""

import itertools
from collections.abc import Hashable

import pandas as pd

from senformer.core.errors import DataError
from senformer.genome.regions import merge, subtract


def disjoint(rows: pd.DataFrame, path: str, drop: bool) -> tuple[pd.DataFrame, int]:
    """Return the regions of every group, merged, and how many bases of two groups were dropped.

    Parameters
    ----------
    rows
        Columns chrom, start, end, group and line.
    path
        The file that the rows come from.
    drop
        Whether bases that two groups share are taken from both; otherwise they are an error.

    Returns
    -------
    Columns chrom, start, end, group; and the number of dropped bases.

    Raises
    ------
    DataError
        Two groups share a base; both lines are named.
    """
    merged = {group: merge(part) for group, part in rows.groupby("group")}
    shared = _shared(merged)
    if len(shared) and not drop:
        raise _overlap(rows, shared.iloc[0], path)
    parts = [subtract(part, shared).assign(group=group) for group, part in merged.items()]
    columns = ["chrom", "start", "end", "group"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table[columns], int((shared["end"] - shared["start"]).sum())


def _shared(merged: dict[Hashable, pd.DataFrame]) -> pd.DataFrame:
    """Return the stretches that two groups or more cover."""
    found = []
    everything = pd.concat(merged.values(), ignore_index=True) if merged else pd.DataFrame()
    for chrom, rows in everything.groupby("chrom") if len(everything) else ():
        steps = sorted([(start, 1) for start in rows["start"]] + [(end, -1) for end in rows["end"]])
        depth = 0
        for (place, step), (following, _) in itertools.pairwise(steps):
            depth += step
            if depth > 1 and following > place:
                found.append((chrom, place, following))
    frame = pd.DataFrame(found, columns=["chrom", "start", "end"])
    return merge(frame.astype({"chrom": "str", "start": "int64", "end": "int64"}))


def _overlap(rows: pd.DataFrame, shared: pd.Series, path: str) -> DataError:
    """Return the error that names one line of each of two groups."""
    there = rows[
        (rows["chrom"] == shared["chrom"])
        & (rows["start"] <= shared["start"])
        & (rows["end"] > shared["start"])
    ]
    first = there.sort_values("line").groupby("group", sort=False).head(1).iloc[:2]
    (left, right) = first.itertuples(index=False)
    place = f"{shared['chrom']}:{shared['start'] + 1}-{shared['end']}"
    where = f"{path} lines {left.line} and {right.line}" if right.line else path
    found = f"{place} is in both {left.group} and {right.group}"
    return DataError("E443", where, found, "Mend the file, or set split.on_overlap: drop.")
