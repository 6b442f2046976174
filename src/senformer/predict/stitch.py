"""From windows to shards of stitched bins: read, predict, keep the center, drop what no region covers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float32, UInt8

from senformer.genome.fasta import FastaReader
from senformer.genome.haplotype import Haplotype
from senformer.genome.interval import Interval
from senformer.predict.lift import copy_start, lift
from senformer.predict.predictor import Predictor
from senformer.predict.selection import Selection
from senformer.predict.tiles import TileGrid, covered_bins, place_tiles


@dataclass(frozen=True)
class StitchJob:
    """All that a shard needs to be predicted.

    Attributes
    ----------
    fasta, predictor, selection, grid
        The genome, the model, the tracks wanted of it, and the geometry of its windows.
    regions
        Where to predict: ``chrom, start, end``, inside the genome.
    tiles_per_shard
        Tiles of one shard, the unit of writing and resuming.
    copy
        Chromosomes that are read as a sample has them, by name; predictions are carried back to the
        reference's bins (:mod:`senformer.predict.lift`).
    """

    fasta: FastaReader
    predictor: Predictor
    selection: Selection
    grid: TileGrid
    regions: pd.DataFrame
    tiles_per_shard: int
    copy: Mapping[str, Haplotype] = field(default_factory=dict)

    @property
    def shard_bins(self) -> int:
        """Bins of one shard."""
        return self.grid.keep_bins * self.tiles_per_shard

    def covered(self, chrom: str) -> Bool[np.ndarray, " bin"]:
        """Return which bins of a chromosome are wanted."""
        return covered_bins(self.regions, chrom, self.fasta.chrom_sizes[chrom], self.grid.bin_bp)

    def windows(self) -> pd.DataFrame:
        """Return the windows of all chromosomes, in the genome's order."""
        named = set(self.regions["chrom"])
        sizes = self.fasta.chrom_sizes
        return pd.concat(
            [
                place_tiles(chrom, sizes[chrom], self.covered(chrom), self.grid, self.tiles_per_shard)
                for chrom in sizes
                if chrom in named
            ],
            ignore_index=True,
        )


def predict_shard(
    job: StitchJob, rows: pd.DataFrame, shard: int, covered: Bool[np.ndarray, " bin"]
) -> Float32[np.ndarray, "row track"]:
    """Return the bins of one shard, NaN where no region is.

    Parameters
    ----------
    job
        What to predict.
    rows
        Windows of the shard (:func:`senformer.predict.tiles.place_tiles`).
    shard
        Number of the shard along its chromosome.
    covered
        Which bins of the chromosome are wanted.

    Raises
    ------
    DataError
        A prediction is not finite.
    """
    first = shard * job.shard_bins
    here = covered[first : first + job.shard_bins]
    values = np.full((len(here), len(job.selection.columns)), np.nan, np.float32)
    for start in range(0, len(rows), job.predictor.batch_size):
        batch = rows.iloc[start : start + job.predictor.batch_size]
        for row, prediction in zip(batch.itertuples(), _predict_windows(job, batch), strict=True):
            lo, hi = row.keep_start // job.grid.bin_bp, -(-row.keep_end // job.grid.bin_bp)
            kept = _keep(job, row, prediction, lo, hi)
            values[lo - first : hi - first] = job.selection.take(kept)
    values[~here] = np.nan
    return values


def _predict_windows(job: StitchJob, batch: pd.DataFrame) -> Float32[np.ndarray, "window bin track"]:
    intervals = [Interval(row.chrom, row.start, row.end) for row in batch.itertuples()]
    codes = [_read(job, interval) for interval in intervals]
    return job.predictor.predict(np.stack(codes), job.selection.head, intervals)


def _read(job: StitchJob, window: Interval) -> UInt8[np.ndarray, " base"]:
    margin = job.predictor.margin_bp
    copy = job.copy.get(window.chrom)
    if copy is None:
        wide = Interval(window.chrom, window.start - margin, window.end + margin)
        return job.fasta.fetch_padded(wide)[0]
    start = _copy_start(job, copy, window)
    return copy.fetch_padded(job.fasta, start - margin, start + window.width + margin)


def _copy_start(job: StitchJob, copy: Haplotype, window: Interval) -> int:
    crop_bp = job.grid.crop_bins * job.grid.bin_bp
    return copy_start(copy, window, crop_bp, job.fasta.chrom_sizes[window.chrom])


def _keep(
    job: StitchJob, row: Any, prediction: Float32[np.ndarray, "bin _all"], lo: int, hi: int
) -> Float32[np.ndarray, "kept _all"]:
    """Return bins ``lo`` to ``hi`` of the chromosome from the prediction of a window."""
    copy = job.copy.get(row.chrom)
    if copy is None:
        return prediction[lo - row.first_bin : hi - row.first_bin]
    bin_bp, crop_bp = job.grid.bin_bp, job.grid.crop_bins * job.grid.bin_bp
    start = _copy_start(job, copy, Interval(row.chrom, row.start, row.end)) + crop_bp
    reference = copy.reference_of(start, start + len(prediction) * bin_bp)
    return lift(prediction, reference, bin_bp, lo, hi - lo)
