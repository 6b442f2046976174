"""Sizes of a model of profiles at single bases."""

from typing import Literal

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.model.fields import Heads
from senformer.model.window_config import Count, Size


class ProfileConfig(Config):
    """Sizes of BPNet.

    Attributes
    ----------
    window_bp, crop_bins
        Bases that the model reads, no more and no fewer, and those at each end that are not predicted.
    heads
        Number of tracks of each head.
    activation
        Of the heads, which give log rates.
    strands
        Tracks of each task, which stand side by side and share what the control track adds.
    channels, width
        Of all convolutions, and the width of the first; the others read three bases.
    dilations
        Of the convolutions behind the first.
    profile_width
        Of the convolution that makes the profile.
    control_tracks
        Columns of the input ``control``; 0: there is none.
    """

    window_bp: Size = 1000
    crop_bins: Count = 0
    heads: Heads = Field(default_factory=lambda: {"mouse": 8}, min_length=1)
    activation: Literal["exp"] = "exp"
    strands: Literal[1, 2] = 2
    channels: Size = 64
    width: Size = 25
    dilations: list[Size] = Field(default_factory=lambda: [2**i for i in range(1, 10)])
    profile_width: Size = 25
    control_tracks: Count = 2

    @property
    def bin_bp(self) -> int:
        """Bases a bin: one."""
        return 1

    @model_validator(mode="after")
    def _check(self) -> "ProfileConfig":
        if self.window_bp <= 2 * self.crop_bins:
            raise ValueError(f"crop_bins {self.crop_bins} at each end leaves nothing of {self.window_bp} bp")
        for head, n_tracks in self.heads.items():
            if n_tracks % self.strands:
                found = f"has {n_tracks} tracks, no multiple of the {self.strands} strands of a task"
                raise ValueError(f"head {head!r} {found}")
        return self
