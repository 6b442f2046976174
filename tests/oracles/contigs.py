"""Work on regions of very many contigs the slow way: one region, one contig, one name at a time."""

from collections.abc import Collection, Mapping

import pandas as pd

from senformer.genome.chromosomes import canonical_name


def resolve(name: str, available: Collection[str]) -> str | None:
    """Return the member that is the chromosome ``name``, after a look at every member."""
    if name in available:
        return name
    found = [one for one in available if canonical_name(one) == canonical_name(name)]
    return found[0] if len(found) == 1 else None


def merge(regions: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Return regions joined where they overlap or touch, sorted."""
    merged: list[tuple[str, int, int]] = []
    for chrom, start, end in sorted(regions):
        if merged and merged[-1][0] == chrom and start <= merged[-1][2]:
            merged[-1] = (chrom, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((chrom, start, end))
    return merged


def cut(regions: pd.DataFrame, gaps: pd.DataFrame) -> list[dict]:
    """Return the pieces of regions outside gaps that are merged and sorted."""
    pieces = []
    for region in regions.to_dict("records"):
        start = region["start"]
        for gap in gaps.itertuples(index=False):
            if gap.chrom == region["chrom"] and gap.start < region["end"] and gap.end > start:
                if gap.start > start:
                    pieces.append({**region, "start": start, "end": gap.start})
                start = gap.end
        if start < region["end"]:
            pieces.append({**region, "start": start})
    return pieces


def tile(
    regions: pd.DataFrame, sizes: Mapping[str, int], window_bp: int, strides: Mapping[str, int], snap_bp: int
) -> list[tuple]:
    """Return chrom, start, end, split and fold of every window, one after the other."""
    windows = []
    for region in regions.itertuples(index=False):
        start = -(-region.start // snap_bp) * snap_bp
        while start + window_bp <= min(region.end, sizes[region.chrom]):
            windows.append((region.chrom, start, start + window_bp, region.split, region.fold))
            start += strides[region.split]
    return windows


def paint_peaks(peaks: list[tuple[str, int, int, float]]) -> dict[str, dict[int, float]]:
    """Return the largest value over every base that a peak covers, per chromosome."""
    found: dict[str, dict[int, float]] = {}
    for chrom, start, end, value in peaks:
        bases = found.setdefault(chrom, {})
        for base in range(start, end):
            bases[base] = max(value, bases.get(base, value))
    return found


def chain_blocks(number: int, reverse: bool, blocks: list[tuple[int, int, int]]) -> list[tuple]:
    """Return the rows of a chain of (size, gap, query gap): from 10, and from 20 in a query of 500 bp."""
    rows, target, query = [], 10, 20
    for size, target_gap, query_gap in blocks:
        span = (500 - query - size, 500 - query) if reverse else (query, query + size)
        rows.append((f"c{number % 2}", target, target + size, f"q{number}", *span, reverse, number))
        target, query = target + size + target_gap, query + size + query_gap
    return rows
