"""Targets of one track over some bins: signal filled, pooled, masked and scaled, and what was changed."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from senformer.core.errors import DataError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.fill import FillRules, fill_signal, refuse_nan
from senformer.dataset.masks import ChromMasks
from senformer.tracks.binning import bin_signal
from senformer.tracks.orders import ORDERS
from senformer.tracks.reader import TrackReader
from senformer.tracks.scaling import Scaling
from senformer.tracks.signal import read_signal
from senformer.tracks.track import Track


@dataclass(frozen=True)
class Stretch:
    """Bins ``lo`` to ``hi`` of a chromosome of ``size`` bases, and what is masked there."""

    chrom: str
    size: int
    lo: int
    hi: int
    masks: ChromMasks

    def whole_tiles(self, bin_bp: int, tile_bp: int) -> tuple[int, int]:
        """Return start and end in bp of the tiles that the bins lie in."""
        start = self.lo * bin_bp // tile_bp * tile_bp
        return start, min(-(-self.hi * bin_bp // tile_bp) * tile_bp, self.size)


def fill_rules(config: DatasetConfig, track: Track) -> FillRules:
    """Return what becomes of a track's NaN and blacklisted bases."""
    order, chosen = ORDERS[track.target_order], config.pipeline.baseline_percentile
    return FillRules(
        config.nan,
        order.blacklist,
        order.baseline_percentile if chosen is None else chosen,
        config.pipeline.tile_bp or config.window_bp,
    )


def track_bins(
    config: DatasetConfig, track: Track, reader: TrackReader, stretch: Stretch
) -> tuple[Float32[np.ndarray, " bin"], dict[str, int]]:
    """Return the targets of a track over a stretch, and what was changed on the way.

    Signal is read once, over the tiles that the stretch lies in where a baseline or a quantile is needed,
    else over the stretch alone.

    Raises
    ------
    DataError
        The signal is NaN and that is an error, a pooled value is too large, or scaling has no value for it.
    """
    rules, bin_bp = fill_rules(config, track), config.bin_bp
    start, end = stretch.whole_tiles(bin_bp, rules.tile_bp)
    pad = blacklist_pad(config, track)
    black = stretch.masks.black_bases(start, end, pad)
    lowers = config.umap_clip is not None and stretch.masks.is_unmappable[stretch.lo : stretch.hi].any()
    if black is None and not lowers and rules.nan not in ("baseline", "interpolate"):
        start, end = stretch.lo * bin_bp, stretch.hi * bin_bp
    where = f"track {track.name!r} ({track.path}) {stretch.chrom}"
    signal = read_signal(track, reader, stretch.chrom, start, end)
    if rules.nan == "error":
        refuse_nan(signal, where, start)
    filled = fill_signal(signal, black, rules)
    inner = slice(stretch.lo * bin_bp - start, stretch.hi * bin_bp - start)
    counts = {"nan_bases": int(np.isnan(signal[inner]).sum())}
    if filled is not signal:
        counts |= _count_changes(signal[inner], filled[inner], None if black is None else black[inner])
    first, n_whole = start // bin_bp, (end - start) // bin_bp
    pooled = pool_track(track, filled[: n_whole * bin_bp], bin_bp, where)
    pooled[stretch.masks.is_excluded[first : first + n_whole]] = np.nan
    targets, is_soft, is_hard = Scaling.of(track).apply_marked(pooled)
    inner = slice(stretch.lo - first, stretch.hi - first)
    counts["soft_clipped_bins"] = int(is_soft[inner].sum())
    counts["hard_clipped_bins"] = int(is_hard[inner].sum())
    if not lowers:
        return targets[inner], counts
    off = stretch.masks.is_unmappable[first : first + n_whole]
    lowered = lower_unmappable(targets, off, rules.tile_bp // bin_bp, float(config.umap_clip or 1))
    counts["unmappable_clipped_bins"] = int((lowered[inner] < targets[inner]).sum())
    return lowered[inner], counts


def blacklist_pad(config: DatasetConfig, track: Track) -> int:
    """Return by how many bases blacklisted regions grow: as configured, else the order's."""
    chosen = config.blacklist_pad_bp
    return ORDERS[track.target_order].blacklist_pad_bp if chosen is None else chosen


def _count_changes(
    signal: Float32[np.ndarray, " base"],
    filled: Float32[np.ndarray, " base"],
    black: Bool[np.ndarray, " base"] | None,
) -> dict[str, int]:
    changed = (filled != signal) & ~np.isnan(filled)
    n_black = 0 if black is None else int((changed & black).sum())
    return {"blacklist_bases": n_black, "filled_bases": int(changed.sum()) - n_black}


def pool_track(
    track: Track, signal: Float32[np.ndarray, " base"], bin_bp: int, where: str
) -> Float32[np.ndarray, " bin"]:
    """Pool one track's signal; a negative scale that goes first turns the signal before its largest is taken.

    Raises
    ------
    DataError
        A pooled value is beyond float32.
    """
    turns = track.scale < 0 and track.sum_stat == "max" and ORDERS[track.target_order].scaled == "first"
    try:
        pooled = bin_signal(-signal if turns else signal, bin_bp, track.sum_stat)
    except ValueError as fault:
        raise DataError("E409", where, str(fault), "Mend the file, or pool with mean or max.") from fault
    return -pooled if turns else pooled


def lower_unmappable(
    targets: Float32[np.ndarray, " bin"], off: Bool[np.ndarray, " bin"], tile_bins: int, quantile: float
) -> Float32[np.ndarray, " bin"]:
    """Return targets, unmappable bins at most the quantile of the measured bins of their tile."""
    lowered = targets.copy()
    for lo in range(0, len(targets), tile_bins):
        part = slice(lo, lo + tile_bins)
        known = targets[part][~np.isnan(targets[part])]
        if off[part].any() and len(known):
            bound = np.float32(np.quantile(known, quantile))
            lowered[part] = np.where(off[part], np.minimum(targets[part], bound), targets[part])
    return lowered
