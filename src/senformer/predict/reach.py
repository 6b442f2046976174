"""What the windows of a sample's copies read of the reference, and the records that this needs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from senformer.genome.fasta import FastaReader
from senformer.genome.haplotype import Haplotype
from senformer.genome.interval import Interval
from senformer.genome.phased import SampleCopies, read_copies
from senformer.genome.regions import subtract
from senformer.predict.lift import copy_start
from senformer.predict.tiles import TileGrid, covered_bins, place_tiles


def read_window_copies(
    path: Path,
    fasta: FastaReader,
    samples: Sequence[str],
    regions: pd.DataFrame,
    grid: TileGrid,
    *,
    margin_bp: int = 0,
    unphased: str = "error",
) -> list[SampleCopies]:
    """Read both copies of some samples as far as the windows of some regions read them.

    A copy that loses bases is read further along the reference, where it may lose more: places are widened
    and read again until they hold what every window reads.

    Parameters
    ----------
    path, fasta, samples, unphased
        As in :func:`senformer.genome.phased.read_copies`.
    regions
        Where to predict: ``chrom, start, end``, inside the genome.
    grid
        The geometry of the model's windows.
    margin_bp
        Bases read beyond a window on each side.
    """
    beyond = grid.window_bp + margin_bp
    near = regions.assign(start=(regions["start"] - beyond).clip(lower=0), end=regions["end"] + beyond)
    while True:
        found = read_copies(path, fasta, samples, near, unphased=unphased)
        copies = [copy for item in found for copy in item.copies]
        spans = pd.DataFrame(
            _read_spans(copies, regions, fasta.chrom_sizes, grid, margin_bp),
            columns=["chrom", "start", "end"],
        )
        if subtract(spans, near).empty:
            return found
        near = pd.concat([near, spans], ignore_index=True)


def _read_spans(
    copies: Sequence[Mapping[str, Haplotype]],
    regions: pd.DataFrame,
    sizes: Mapping[str, int],
    grid: TileGrid,
    margin_bp: int,
) -> Iterator[tuple[str, int, int]]:
    """Yield from where to where each window on a changed copy reads the reference."""
    crop_bp = grid.crop_bins * grid.bin_bp
    for chrom in regions["chrom"].unique():
        size = sizes[chrom]
        windows = place_tiles(chrom, size, covered_bins(regions, chrom, size, grid.bin_bp), grid, 1)
        for copy in (item[chrom] for item in copies if chrom in item):
            for start, end in windows[["start", "end"]].to_numpy().tolist():
                first = copy_start(copy, Interval(chrom, start, end), crop_bp, size) - margin_bp
                last = first + end - start + 2 * margin_bp - 1
                low, high = (int(copy.reference_of(at, at + 1)[0]) for at in (first, last))
                yield chrom, min(max(low, 0), size - 1), max(min(high + 1, size), 1)
