"""What the configurations of convolutional models of genome tracks have in common."""

import math

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.model.activations import PositiveActivation
from senformer.model.fields import Heads
from senformer.model.window_config import Count, Rate, Size, Sizes


class TrackConfig(Config):
    """Sizes of a model that pools its window to bins, and predicts all of them but the crop.

    Attributes
    ----------
    window_bp, crop_bins
        The window that the model is for, whole bins, and the bins dropped at each of its ends.
    heads
        Number of tracks of each head.
    activation
        Of the heads.
    channels, widths, pools
        Of the convolutions, and the factor of the pooling behind each; a bin is the product of the factors.
    dilations, dilated_channels
        Of the convolutions of three bins that look further, and what each makes.
    dropout, dilated_dropout
        Rates of both kinds.
    """

    window_bp: Size = 131_072
    crop_bins: Count
    heads: Heads = Field(min_length=1)
    activation: PositiveActivation = "softplus"
    channels: Sizes
    widths: Sizes
    pools: Sizes
    dilations: list[Size]
    dilated_channels: Size
    dropout: Rate
    dilated_dropout: Rate

    @property
    def bin_bp(self) -> int:
        """Bases a bin."""
        return math.prod(self.pools)

    @model_validator(mode="after")
    def _check(self) -> "TrackConfig":
        n_channels, n_widths, n_pools = len(self.channels), len(self.widths), len(self.pools)
        if not n_channels == n_widths == n_pools:
            raise ValueError(f"{n_channels} channels, {n_widths} widths, {n_pools} pools: one each a layer")
        if self.window_bp % self.bin_bp:
            raise ValueError(f"window_bp {self.window_bp} is no multiple of the {self.bin_bp} bp of a bin")
        n_bins = self.window_bp // self.bin_bp
        if n_bins <= 2 * self.crop_bins:
            raise ValueError(f"crop_bins {self.crop_bins} at each end leaves nothing of {n_bins} bins")
        return self
