"""The configuration of an Enformer: every size and rate, checked against one another."""

from typing import Any, Literal

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.model.conv_tower import tower_channels
from senformer.model.fields import Attention, Heads, Positions, dense_attention

# Columns of positions come in six groups: three families, plain and times the sign.
_GROUPS = 6


def _bin_bp(n_conv_blocks: int) -> int:
    return 2 ** (n_conv_blocks + 1)


class EnformerConfig(Config):
    """Sizes and rates; the defaults are the published Enformer's. A key given as null takes its default.

    Attributes
    ----------
    channels
        Of the transformer; the stem has half of them.
    n_layers, n_heads, key_size, value_size
        Of the transformer; ``value_size`` is by default ``channels // n_heads``.
    n_conv_blocks
        Of the tower; a bin is ``2 ** (n_conv_blocks + 1)`` bp.
    channel_divisor
        The tower's channels are multiples of it.
    pooling
        ``attention`` or ``max``.
    attention
        ``kind`` and that kind's own keys.
    dropout, attention_dropout, position_dropout, pointwise_dropout
        Rates; ``pointwise_dropout`` is by default ``dropout / 8``.
    window_bp, crop_bins
        The window that the model is for, in bp, and the bins dropped at each of its ends.
    positions, n_position_features, position_bins
        The basis of distances, its columns (a multiple of 6; by default about ``channels / 8``) and the
        number of bins it is made for (by default the window's): a longer window keeps the basis.
    heads
        Number of tracks of each head, by organism.
    activation
        Of the heads: ``softplus`` for signal and counts, which are not negative; ``linear`` for values of
        either sign, a log activity for instance.
    """

    channels: int = Field(1536, ge=2, multiple_of=2)
    n_layers: int = Field(11, ge=0)
    n_heads: int = Field(8, ge=1)
    key_size: int = Field(64, ge=1)
    value_size: int = Field(default_factory=lambda known: known["channels"] // known["n_heads"], ge=1)
    n_conv_blocks: int = Field(6, ge=1, le=20)
    channel_divisor: int = Field(128, ge=1)
    pooling: Literal["attention", "max"] = "attention"
    attention: Attention = Field(default_factory=dense_attention)
    dropout: float = Field(0.4, ge=0, lt=1)
    attention_dropout: float = Field(0.05, ge=0, lt=1)
    position_dropout: float = Field(0.01, ge=0, lt=1)
    pointwise_dropout: float = Field(default_factory=lambda known: known["dropout"] / 8, ge=0, lt=1)
    window_bp: int = Field(196_608, ge=1)
    crop_bins: int = Field(320, ge=0)
    positions: Positions = "relative"
    n_position_features: int = Field(
        default_factory=lambda known: max(1, known["channels"] // 8 // _GROUPS) * _GROUPS,
        ge=_GROUPS,
        multiple_of=_GROUPS,
    )
    position_bins: int = Field(
        default_factory=lambda known: known["window_bp"] // _bin_bp(known["n_conv_blocks"]), ge=1
    )
    heads: Heads = Field(default_factory=lambda: {"human": 5313, "mouse": 1643}, min_length=1)
    activation: Literal["softplus", "linear"] = "softplus"

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _check_channels(self) -> "EnformerConfig":
        channels = self.tower_channels
        if min(channels) < 1 or channels[-1] != self.channels:
            raise ValueError(
                f"{self.channels} channels in multiples of {self.channel_divisor} make a tower of "
                f"{channels}; set channel_divisor to a divisor of {self.channels}, at most half of it"
            )
        if self.value_size < 1:
            raise ValueError(f"{self.channels} channels are too few for {self.n_heads} heads")
        return self

    @model_validator(mode="after")
    def _check_window(self) -> "EnformerConfig":
        n_bins, rest = divmod(self.window_bp, self.bin_bp)
        if rest:
            raise ValueError(f"window_bp {self.window_bp} is no multiple of the bin of {self.bin_bp} bp")
        if n_bins <= 2 * self.crop_bins:
            raise ValueError(f"crop_bins {self.crop_bins} at each end leaves nothing of {n_bins} bins")
        # Otherwise the last gamma functions peak far beyond the basis and explode further out.
        if self.position_bins * _GROUPS < self.n_position_features:
            raise ValueError(
                f"a basis of {self.position_bins} position_bins is too short for "
                f"{self.n_position_features} n_position_features, at most {_GROUPS} a bin"
            )
        return self

    @property
    def bin_bp(self) -> int:
        """Bases a bin."""
        return _bin_bp(self.n_conv_blocks)

    @property
    def tower_channels(self) -> list[int]:
        """Output channels of each block of the tower."""
        return tower_channels(self.channels, self.n_conv_blocks, self.channel_divisor)
