"""The ``dataset.pipeline`` section: in which order, and by which baseline, signal becomes targets."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from senformer.core.config import Config
from senformer.tracks.track import Track


class PipelineConfig(Config):
    """Steps from signal to target, over the track table's; ``None`` keeps the order's own.

    Attributes
    ----------
    order
        A row of ``tracks.orders.ORDERS`` for every track; by default the table's ``target_order``.
    soft_clip
        Whether the ``clip`` of a track without ``clip_soft`` (table or assay) is a soft bound, as ``--soft``
        of the 2020 code had it.
    tile_bp
        Length of the fixed tiles that baselines and quantiles are taken of; by default ``window_bp``.
    baseline_percentile
        Percentile of a tile's measured bases that is its baseline.
    clip_quantile
        Bounds every finished target, up and down, at this quantile of its track's targets.
    clip_float16
        Whether values beyond float16 are clipped, and counted, as the published code does; otherwise they
        are refused.
    """

    order: Literal["senformer", "basenji_2020", "basenji_current"] | None = None
    soft_clip: bool = False
    tile_bp: int | None = Field(default=None, gt=0, le=1 << 26)
    baseline_percentile: float | None = Field(default=None, ge=0, le=100)
    clip_quantile: float | None = Field(default=None, gt=0, lt=1)
    clip_float16: bool = False


def apply_pipeline(tracks: Sequence[Track], config: PipelineConfig) -> list[Track]:
    """Return the tracks with the order and the soft bounds that the configuration gives."""
    return [_applied(track, config) for track in tracks]


def _applied(track: Track, config: PipelineConfig) -> Track:
    if config.order is not None:
        track = dataclasses.replace(track, target_order=config.order)
    if config.soft_clip and track.clip is not None and track.clip_soft is None:
        track = dataclasses.replace(track, clip=None, clip_soft=track.clip)
    return track
