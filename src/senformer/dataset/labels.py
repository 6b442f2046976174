"""Labels from tracks of peaks: is a bin covered or not (``dataset.labels``).

Source: DeepSEA's targets, Zhou and Troyanskaya 2015, doi:10.1038/nmeth.3547: 200-bp bins, 1 where a peak
covers more than half of the bin, kept where at least one is 1. Here half itself is enough.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float32
from pydantic import Field

from senformer.core.config import Config
from senformer.core.errors import ConfigError, DataError
from senformer.tracks.track import Track


class LabelsConfig(Config):
    """The ``labels`` section: targets become 0 and 1.

    Attributes
    ----------
    min_overlap_fraction
        A bin is 1 where a track's peaks cover at least this fraction of it.
    keep
        ``positive`` drops windows without a 1 in any track and target bin, and counts them.
    """

    min_overlap_fraction: float = Field(default=0.5, gt=0, le=1)
    keep: Literal["positive", "all"] = "all"


def refuse_scaled(tracks: Sequence[Track]) -> None:
    """Raise unless every track is pooled as the covered fraction of a bin, and not scaled.

    Raises
    ------
    ConfigError
        The first track that is not, with the column and its value.
    """
    wanted = {"sum_stat": "mean", "scale": 1.0, "clip": None, "clip_soft": None, "sqrt": False}
    for track in tracks:
        for column, value in wanted.items():
            if getattr(track, column) != value:
                raise ConfigError(
                    "E448",
                    f"track {track.name!r}",
                    f"has {column} {getattr(track, column)}; labels are made of covered fractions of bins",
                    f"Give {column} {'none' if value is None else value} in the track table.",
                )


def to_labels(
    covered: Float32[np.ndarray, " bin"], min_overlap_fraction: float, where: str
) -> Float32[np.ndarray, " bin"]:
    """Return 1 where a bin is covered enough, else 0; NaN stays.

    Raises
    ------
    DataError
        A bin's mean is no fraction: the track is a signal and not peaks.
    """
    # A mean of ones may lie a rounding above 1.
    wrong = (covered < 0) | (covered > 1 + 1e-6)
    if wrong.any():
        raise DataError(
            "E449",
            where,
            f"a bin's mean is {covered[wrong][0]:g}; a track of peaks is 1 inside them and 0 elsewhere",
            "Give the track's peaks, not its signal, or leave labels out.",
        )
    labels = (covered >= np.float32(min_overlap_fraction) - np.float32(1e-6)).astype(np.float32)
    labels[np.isnan(covered)] = np.nan
    return labels
