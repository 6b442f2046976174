"""The bound that a quantile of a track's own targets gives (``pipeline.clip_quantile``)."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from jaxtyping import Float32

from senformer.core.errors import DataError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.masks import Masks, chrom_masks
from senformer.dataset.pool import in_processes
from senformer.dataset.track_bins import Stretch, track_bins
from senformer.genome.chromosomes import resolve_chromosome
from senformer.tracks import open_track
from senformer.tracks.track import Track

_BLOCK_BP = 1 << 24


def bound_extremes(
    config: DatasetConfig,
    tracks: Sequence[Track],
    chrom_sizes: Mapping[str, int],
    masks: Masks,
    workers: int = 1,
) -> list[Track]:
    """Return the tracks, each bounded at the quantile of its targets over all stored chromosomes.

    Without ``clip_quantile`` the tracks are returned as they are. A track without a value, or without one
    above 0, gets no bound.

    Raises
    ------
    DataError
        A track's quantile is not above 0, so that the bound would erase it.

    Notes
    -----
    Reads every signal once more; holds the bins of one track a process.
    """
    if config.pipeline.clip_quantile is None:
        return list(tracks)
    jobs = {track.name: partial(_bound, config, track, dict(chrom_sizes), masks) for track in tracks}
    bounds = dict(in_processes(jobs, workers, "dataset tracks"))
    return [dataclasses.replace(track, clip_extreme=bounds[track.name]) for track in tracks]


def _bound(config: DatasetConfig, track: Track, chrom_sizes: dict[str, int], masks: Masks) -> float | None:
    quantile = config.pipeline.clip_quantile
    assert quantile is not None  # asked by the caller
    parts = list(_targets(config, dataclasses.replace(track, clip_extreme=None), chrom_sizes, masks))
    targets = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
    targets = targets[~np.isnan(targets)]
    if not (targets > 0).any():
        return None
    bound = float(np.quantile(targets, quantile))
    if bound <= 0:
        raise DataError(
            "E430",
            str(track),
            f"the {quantile:g} quantile of its {len(targets)} bins is {bound:g}; a bound must lie above 0",
            "Raise pipeline.clip_quantile.",
        )
    return bound


def _targets(
    config: DatasetConfig, track: Track, chrom_sizes: dict[str, int], masks: Masks
) -> Iterator[Float32[np.ndarray, " bin"]]:
    reader = open_track(track, chrom_sizes=chrom_sizes)
    step = max(1, _BLOCK_BP // config.bin_bp)
    for chrom, size in chrom_sizes.items():
        if track.missing_chroms == "nan" and resolve_chromosome(chrom, reader.chrom_sizes) is None:
            continue
        n_bins = size // config.bin_bp
        known = chrom_masks(masks, chrom, n_bins, config.bin_bp)
        for lo in range(0, n_bins, step):
            yield track_bins(config, track, reader, Stretch(chrom, size, lo, min(lo + step, n_bins), known))[
                0
            ]
