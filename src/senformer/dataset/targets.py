"""Targets of some bins of a chromosome, all tracks, in the stored type, and the sums over them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Integer

from senformer.core.errors import DataError
from senformer.dataset.by_chrom import places_of, spans_of
from senformer.dataset.config import SPLITS
from senformer.dataset.counts import TrackCounts
from senformer.dataset.masks import chrom_masks
from senformer.dataset.plan import BuildPlan
from senformer.dataset.statistics import TrackSums
from senformer.dataset.track_bins import Stretch, track_bins
from senformer.genome.chromosomes import resolve_chromosome
from senformer.tracks import open_track
from senformer.tracks.reader import TrackReader
from senformer.tracks.track import Track


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
    plan: BuildPlan, spans: Sequence[tuple[str, int, int]]
) -> tuple[Float[np.ndarray, "bin track"], Tally]:
    """Return the targets of stretches, one after the other, in the stored type, and the sums over them.

    A bin's value does not depend on how a chromosome is cut: baselines are those of fixed tiles. Every track
    is opened once.

    Parameters
    ----------
    plan
        The build.
    spans
        Chromosome, first bin and end of every stretch.
    """
    bin_bp, sizes, missing = plan.config.bin_bp, plan.chrom_sizes, []
    stretches = [
        Stretch(chrom, sizes[chrom], lo, hi, chrom_masks(plan.masks, chrom, sizes[chrom] // bin_bp, bin_bp))
        for chrom, lo, hi in spans
    ]
    ends = np.cumsum([hi - lo for _, lo, hi in spans]).tolist()
    rows = [slice(end - part.hi + part.lo, end) for end, part in zip(ends, stretches, strict=True)]
    counts = TrackCounts.empty(len(plan.tracks))
    block = np.full((ends[-1], len(plan.tracks)), np.nan, dtype=np.float32)
    for column, track in enumerate(plan.tracks):
        reader = open_track(track, chrom_sizes=sizes)
        for stretch, own in zip(stretches, rows, strict=True):
            if _is_missing(track, stretch.chrom, reader):
                missing += [column] if stretch.lo == 0 else []
                continue
            block[own, column], found = track_bins(plan.config, track, reader, stretch)
            counts.add(column, found)
    stored = np.empty(block.shape, plan.config.dtype)
    for part, own in zip(stretches, rows, strict=True):
        stored[own] = to_stored(block[own], plan, part.chrom, part.lo, counts)
    return stored, Tally(_sums(plan, stretches, stored), np.isfinite(stored).sum(axis=1), counts, missing)


def _sums(
    plan: BuildPlan, stretches: Sequence[Stretch], stored: Float[np.ndarray, "bin track"]
) -> dict[str, TrackSums]:
    """Return the sums over all bins, and over those of each split."""
    bin_bp = plan.config.bin_bp
    members = [split_bins(plan, part.chrom, part.size // bin_bp) for part in stretches]
    sums = {"all": TrackSums.of(stored)}
    for name in SPLITS:
        parts = [member[name][part.lo : part.hi] for member, part in zip(members, stretches, strict=True)]
        is_in = np.concatenate(parts)
        sums[name] = sums["all"] if is_in.all() else TrackSums.of(stored[is_in])
    return sums


def _is_missing(track: Track, chrom: str, reader: TrackReader) -> bool:
    return track.missing_chroms == "nan" and resolve_chromosome(chrom, reader.chrom_sizes) is None


def split_bins(plan: BuildPlan, chrom: str, n_bins: int) -> dict[str, Bool[np.ndarray, " bin"]]:
    """Return the bins that lie wholly in each split."""
    member = {name: np.zeros(n_bins, dtype=bool) for name in SPLITS}
    bin_bp = plan.config.bin_bp
    splits = plan.regions["split"].iloc[places_of(plan.regions, chrom)]
    for (start, end), split in zip(spans_of(plan.regions, chrom).tolist(), splits, strict=True):
        member[split][-(-start // bin_bp) : end // bin_bp] = True
    return member


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
