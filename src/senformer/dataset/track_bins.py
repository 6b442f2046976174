"""Targets of one track over some bins: signal filled, pooled, masked and scaled, and what was changed."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from senformer.core.errors import DataError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.fill import FillRules, fill_signal, refuse_nan
from senformer.dataset.labels import to_labels
from senformer.dataset.masks import ChromMasks
from senformer.tracks.binning import as_float32, bin_signal
from senformer.tracks.orders import ORDERS
from senformer.tracks.reader import TrackReader
from senformer.tracks.runs import RunReader
from senformer.tracks.scaling import Scaling
from senformer.tracks.signal import read_bins, read_signal
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
    else over the stretch alone; as runs where every base of a bin counts alike, else base by base.

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
    first, n_whole = start // bin_bp, (end - start) // bin_bp
    known = None if black is not None else _pool_runs(track, reader, stretch.chrom, first, n_whole, bin_bp)
    if known is not None and (known[1] == 0 or (rules.nan == "mask" and not lowers)):
        pooled, counts = known[0], {"nan_bases": known[1]}
    else:
        pooled, counts = _pool_bases(track, reader, stretch, (start, end), black, rules, bin_bp)
    pooled[stretch.masks.is_excluded[first : first + n_whole]] = np.nan
    if config.labels is not None:
        pooled = to_labels(pooled, config.labels.min_overlap_fraction, named(track, stretch.chrom))
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


def _pool_runs(
    track: Track, reader: TrackReader, chrom: str, first: int, n_bins: int, bin_bp: int
) -> tuple[Float32[np.ndarray, " bin"], int] | None:
    """Return bins and NaN bases straight from runs; None where the reader or the track need bases."""
    if not isinstance(reader, RunReader) or turns_first(track):
        return None
    found = read_bins(track, reader, chrom, first * bin_bp, (first + n_bins) * bin_bp, bin_bp)
    if found is None:
        return None
    with named_excess(named(track, chrom)):
        return as_float32(found[0], track.sum_stat), found[1]


def _pool_bases(
    track: Track,
    reader: TrackReader,
    stretch: Stretch,
    span: tuple[int, int],
    black: Bool[np.ndarray, " base"] | None,
    rules: FillRules,
    bin_bp: int,
) -> tuple[Float32[np.ndarray, " bin"], dict[str, int]]:
    """Return bins from single bases, filled by ``rules``, and what was changed within the stretch."""
    start, end = span
    signal = read_signal(track, reader, stretch.chrom, start, end)
    if rules.nan == "error":
        refuse_nan(signal, named(track, stretch.chrom), start)
    filled = fill_signal(signal, black, rules)
    inner = slice(stretch.lo * bin_bp - start, stretch.hi * bin_bp - start)
    counts = {"nan_bases": int(np.isnan(signal[inner]).sum())}
    if filled is not signal:
        counts |= _count_changes(signal[inner], filled[inner], None if black is None else black[inner])
    whole = (end - start) // bin_bp * bin_bp
    return pool_track(track, filled[:whole], bin_bp, named(track, stretch.chrom)), counts


def named(track: Track, chrom: str) -> str:
    """Return how messages call a track's signal on a chromosome."""
    return f"track {track.name!r} ({track.path}) {chrom}"


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


def turns_first(track: Track) -> bool:
    """Say whether the signal's sign changes before its largest base is taken."""
    return track.scale < 0 and track.sum_stat == "max" and ORDERS[track.target_order].scaled == "first"


@contextlib.contextmanager
def named_excess(where: str) -> Iterator[None]:
    """Say where a pooled value is beyond float32.

    Raises
    ------
    DataError
        So it is.
    """
    try:
        yield
    except ValueError as fault:
        raise DataError("E409", where, str(fault), "Mend the file, or pool with mean or max.") from fault


def pool_track(
    track: Track, signal: Float32[np.ndarray, " base"], bin_bp: int, where: str
) -> Float32[np.ndarray, " bin"]:
    """Pool one track's signal; a negative scale that goes first turns the signal before its largest is taken.

    Raises
    ------
    DataError
        A pooled value is beyond float32.
    """
    turns = turns_first(track)
    with named_excess(where):
        pooled = bin_signal(-signal if turns else signal, bin_bp, track.sum_stat)
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
