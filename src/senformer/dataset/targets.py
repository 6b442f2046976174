"""Targets of one chromosome: measured signal, pooled, scaled, masked, counted, in the stored type."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32, Integer

from senformer.core.errors import DataError
from senformer.dataset.config import SPLITS
from senformer.dataset.plan import BuildPlan
from senformer.dataset.statistics import TrackSums
from senformer.dataset.windows import excluded_bins
from senformer.genome.chromosomes import resolve_chromosome
from senformer.tracks import open_track
from senformer.tracks.binning import bin_signal
from senformer.tracks.reader import TrackReader
from senformer.tracks.scaling import Scaling
from senformer.tracks.signal import read_signal
from senformer.tracks.table import Track

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
    nan_bases
        NaN bases in the signal, per track; a chromosome that a file does not list counts none.
    missing
        Index of every track whose file does not list the chromosome.
    """

    sums: dict[str, TrackSums]
    n_measured: Integer[np.ndarray, " bin"]
    nan_bases: list[int]
    missing: list[int] = field(default_factory=list)

    @classmethod
    def empty(cls, n_bins: int, n_tracks: int) -> "Tally":
        """Return the counts before the first block."""
        sums = {name: TrackSums.empty(n_tracks) for name in ("all", *SPLITS)}
        return cls(sums, np.zeros(n_bins, dtype=np.int32), [0] * n_tracks)


def target_blocks(
    plan: BuildPlan, chrom: str, block_bins: int, tally: Tally
) -> Iterator[Float[np.ndarray, "bin track"]]:
    """Yield the targets of a chromosome block by block, counting on the way."""
    bin_bp, n_bins = plan.config.bin_bp, len(tally.n_measured)
    masked = excluded_bins(plan.excluded, chrom, n_bins, bin_bp)
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
            signal = read_signal(track, reader, chrom, lo * bin_bp, hi * bin_bp)
            where = f"track {track.name!r} ({track.path}) {chrom}"
            signal, n_nan = apply_nan_policy(signal, plan.config.nan, where, lo * bin_bp)
            tally.nan_bases[column] += n_nan
            block[:, column] = bin_track(track, signal, bin_bp, where)
        block[masked[lo:hi]] = np.nan
        stored = to_stored(block, plan, chrom, lo)
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


def apply_nan_policy(
    signal: Float32[np.ndarray, " base"], policy: str, where: str, first_bp: int
) -> tuple[Float32[np.ndarray, " base"], int]:
    """Return the signal with NaN treated by ``policy`` (mask, zero, error), and how many there were."""
    hollow = np.isnan(signal)
    n_nan = int(hollow.sum())
    if n_nan and policy == "error":
        base = first_bp + int(np.argmax(hollow))
        raise DataError(
            "E408",
            f"{where}:{base + 1}",
            f"the signal is NaN there (as are {n_nan} bases read with it)",
            "Set nan: mask or nan: zero, or mend the file.",
        )
    return (np.where(hollow, np.float32(0), signal) if n_nan and policy == "zero" else signal), n_nan


def bin_track(
    track: Track, signal: Float32[np.ndarray, " base"], bin_bp: int, where: str
) -> Float32[np.ndarray, " bin"]:
    """Pool and scale one track's signal.

    Raises
    ------
    DataError
        A pooled value is beyond float32, or scaling has no value for it.
    """
    try:
        pooled = bin_signal(signal, bin_bp, track.sum_stat)
    except ValueError as fault:
        raise DataError("E409", where, str(fault), "Mend the file, or pool with mean or max.") from fault
    return Scaling.of(track).apply(pooled)


def to_stored(
    block: Float32[np.ndarray, "bin track"], plan: BuildPlan, chrom: str, first_bin: int
) -> Float[np.ndarray, "bin track"]:
    """Return the block in the stored type; a value that it cannot hold is refused, not clipped.

    Raises
    ------
    DataError
        Names track, bin and value.
    """
    limit = np.finfo(plan.config.dtype).max
    beyond = np.abs(block) > limit
    if beyond.any():
        row, column = (int(place) for place in np.argwhere(beyond)[0])
        start = (first_bin + row) * plan.config.bin_bp
        raise DataError(
            "E406",
            f"track {plan.tracks[column].name!r} {chrom}:{start + 1}-{start + plan.config.bin_bp}",
            f"the bin is {block[row, column]:g}, beyond {plan.config.dtype} (largest {limit:g})",
            "Store float32, or lower the assay's scale or clip.",
        )
    return block.astype(plan.config.dtype)
