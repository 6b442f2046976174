"""Targets of one chromosome, block by block, in the stored type, and the sums over them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

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
from senformer.tracks.reader import TrackReader

# Readers kept at once: they hold no open file, but a list of chromosomes each; 256 take some MB.
_OPEN_READERS = 256


@dataclass
class Tally:
    """What is counted while a chromosome's targets are made.

    Attributes
    ----------
    sums
        Per split and ``all``.
    n_measured
        Tracks with a value, per bin.
    counts
        What was NaN, filled and clipped, per track; a chromosome that a file does not list counts none.
    missing
        Index of every track whose file does not list the chromosome.
    """

    sums: dict[str, TrackSums]
    n_measured: Integer[np.ndarray, " bin"]
    counts: TrackCounts
    missing: list[int] = field(default_factory=list)

    @classmethod
    def empty(cls, n_bins: int, n_tracks: int) -> "Tally":
        """Return the counts before the first block."""
        sums = {name: TrackSums.empty(n_tracks) for name in ("all", *SPLITS)}
        return cls(sums, np.zeros(n_bins, dtype=np.int32), TrackCounts.empty(n_tracks))


def target_blocks(
    plan: BuildPlan, chrom: str, block_bins: int, tally: Tally
) -> Iterator[Float[np.ndarray, "bin track"]]:
    """Yield the targets of a chromosome block by block, counting on the way."""
    bin_bp, n_bins = plan.config.bin_bp, len(tally.n_measured)
    size, masks = plan.chrom_sizes[chrom], chrom_masks(plan.masks, chrom, n_bins, bin_bp)
    member = split_bins(plan, chrom, n_bins)
    readers: dict[Path, TrackReader] = {}
    for lo in range(0, n_bins, block_bins):
        hi = min(lo + block_bins, n_bins)
        block = np.full((hi - lo, len(plan.tracks)), np.nan, dtype=np.float32)
        for column, track in enumerate(plan.tracks):
            reader = readers.get(track.path) or open_track(track)
            if len(readers) < _OPEN_READERS:
                readers[track.path] = reader
            if track.missing_chroms == "nan" and resolve_chromosome(chrom, reader.chrom_sizes) is None:
                tally.missing += [column] if lo == 0 else []
                continue
            stretch = Stretch(chrom, size, lo, hi, masks)
            block[:, column], found = track_bins(plan.config, track, reader, stretch)
            tally.counts.add(column, found)
        stored = to_stored(block, plan, chrom, lo, tally.counts)
        tally.n_measured[lo:hi] = np.isfinite(stored).sum(axis=1)
        for name, sums in tally.sums.items():
            tally.sums[name] = sums + TrackSums.of(stored[member[name][lo:hi]])
        yield stored


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
