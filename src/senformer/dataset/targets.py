"""Targets of some bins of a chromosome, all tracks, in the stored type, and the sums over them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Integer

from senformer.core.errors import DataError
from senformer.dataset.config import SPLITS
from senformer.dataset.counts import TrackCounts
from senformer.dataset.masks import chrom_masks
from senformer.dataset.plan import BuildPlan
from senformer.dataset.statistics import TrackSums
from senformer.dataset.track_bins import Stretch, track_bins
from senformer.genome.chromosomes import resolve_chromosome
from senformer.tracks import open_track


@dataclass
class Tally:
    """What is counted while the targets of some bins are made.

    Attributes
    ----------
    sums
        Per split and ``all``.
    n_measured
        Tracks with a value, per bin.
    counts
        What was NaN, filled and clipped, per track; a chromosome that a file does not list counts none.
    missing
        Index of every track whose file does not list the chromosome; told with its first bins alone.
    """

    sums: dict[str, TrackSums]
    n_measured: Integer[np.ndarray, " bin"]
    counts: TrackCounts
    missing: list[int]


def make_targets(
    plan: BuildPlan, chrom: str, lo: int, hi: int
) -> tuple[Float[np.ndarray, "bin track"], Tally]:
    """Return the targets of bins ``lo`` to ``hi`` of a chromosome in the stored type, and the sums over them.

    A bin's value does not depend on how the chromosome is cut: baselines are those of fixed tiles.
    """
    bin_bp, size = plan.config.bin_bp, plan.chrom_sizes[chrom]
    n_bins = size // bin_bp
    stretch = Stretch(chrom, size, lo, hi, chrom_masks(plan.masks, chrom, n_bins, bin_bp))
    counts, missing = TrackCounts.empty(len(plan.tracks)), []
    block = np.full((hi - lo, len(plan.tracks)), np.nan, dtype=np.float32)
    for column, track in enumerate(plan.tracks):
        reader = open_track(track, chrom_sizes=plan.chrom_sizes)
        if track.missing_chroms == "nan" and resolve_chromosome(chrom, reader.chrom_sizes) is None:
            missing += [column] if lo == 0 else []
            continue
        block[:, column], found = track_bins(plan.config, track, reader, stretch)
        counts.add(column, found)
    stored = to_stored(block, plan, chrom, lo, counts)
    member = split_bins(plan, chrom, n_bins)
    sums = {name: TrackSums.of(stored[member[name][lo:hi]]) for name in ("all", *SPLITS)}
    return stored, Tally(sums, np.isfinite(stored).sum(axis=1), counts, missing)


def split_bins(plan: BuildPlan, chrom: str, n_bins: int) -> dict[str, Bool[np.ndarray, " bin"]]:
    """Return the bins that lie wholly in each split, and ``all``."""
    member = {name: np.zeros(n_bins, dtype=bool) for name in SPLITS}
    bin_bp = plan.config.bin_bp
    for region in plan.regions[plan.regions["chrom"] == chrom].itertuples(index=False):
        member[region.split][-(-region.start // bin_bp) : region.end // bin_bp] = True
    return {"all": np.ones(n_bins, dtype=bool), **member}


def to_stored(
    block: Float32[np.ndarray, "bin track"], plan: BuildPlan, chrom: str, first_bin: int, counts: TrackCounts
) -> Float[np.ndarray, "bin track"]:
    """Return the block in the stored type; a value that it cannot hold is refused, or clipped and counted.

    Raises
    ------
    DataError
        Names track, bin and value.
    """
    limit = np.finfo(plan.config.dtype).max
    beyond = np.abs(block) > limit
    if not beyond.any():
        return block.astype(plan.config.dtype)
    if plan.config.pipeline.clip_float16:
        for place in np.flatnonzero(beyond.any(axis=0)):
            counts.add(int(place), {"float16_clipped_bins": int(beyond[:, place].sum())})
        return np.clip(block, -limit, limit).astype(plan.config.dtype)
    row, column = (int(place) for place in np.argwhere(beyond)[0])
    start = (first_bin + row) * plan.config.bin_bp
    raise DataError(
        "E406",
        f"track {plan.tracks[column].name!r} {chrom}:{start + 1}-{start + plan.config.bin_bp}",
        f"the bin is {block[row, column]:g}, beyond {plan.config.dtype} (largest {limit:g})",
        "Store float32, lower the assay's scale or clip, or set pipeline.clip_float16.",
    )
