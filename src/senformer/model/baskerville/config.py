"""The configuration of a Baskerville model: every size and rate, checked against one another."""

from typing import Any, Literal

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.model.fields import Attention, Heads, Positions, dense_attention

# What the columns of each basis are a multiple of: its families of functions, each plain and with a sign.
_COLUMNS = {"central_mask": 2, "relative": 6}


class BaskervilleConfig(Config):
    """Sizes and rates; the defaults are Borzoi's. A key given as null takes its default.

    Attributes
    ----------
    stem_channels, stem_width
        Of the convolution that reads bases; the width is odd, in bp.
    tower_channels
        Output channels of each block of the tower. The last are the transformer's.
    n_layers, n_heads, key_size, value_size
        Of the transformer; ``value_size`` is by default the channels over ``n_heads``.
    attention
        ``kind`` and that kind's own keys.
    dropout, attention_dropout, position_dropout
        Rates in the transformer.
    n_upsamplings, upsampling_width
        How often positions are doubled after the transformer, and the width of the separable convolution
        that follows each time (odd). A bin is ``2 ** (1 + blocks of the tower - n_upsamplings)`` bp.
    final_channels, final_dropout
        Of the last pointwise layer before the heads; 0 channels: there is none.
    window_bp, crop_bins
        The window that the model is for, in bp, and the bins dropped at each of its ends.
    positions, n_position_features, position_bins
        The basis of distances, its columns (even; for ``relative`` a multiple of 6) and the number of
        transformer positions that it is made for (by default the window's): a longer window keeps the basis.
    heads
        Number of tracks of each head, by organism.
    activation
        Of the heads: ``softplus`` for signal and counts, which are not negative; ``linear`` for values of
        either sign, a log activity for instance.
    """

    stem_channels: int = Field(512, ge=1)
    stem_width: int = Field(15, ge=1)
    tower_channels: list[int] = Field(
        default_factory=lambda: [608, 736, 896, 1056, 1280, 1536], min_length=1, max_length=20
    )
    n_layers: int = Field(8, ge=0)
    n_heads: int = Field(8, ge=1)
    key_size: int = Field(64, ge=1)
    value_size: int = Field(
        default_factory=lambda known: known["tower_channels"][-1] // known["n_heads"], ge=1
    )
    attention: Attention = Field(default_factory=dense_attention)
    dropout: float = Field(0.2, ge=0, lt=1)
    attention_dropout: float = Field(0.05, ge=0, lt=1)
    position_dropout: float = Field(0.01, ge=0, lt=1)
    n_upsamplings: int = Field(2, ge=0)
    upsampling_width: int = Field(3, ge=1)
    final_channels: int = Field(1920, ge=0)
    final_dropout: float = Field(0.1, ge=0, lt=1)
    window_bp: int = Field(524_288, ge=1)
    crop_bins: int = Field(5120, ge=0)
    positions: Positions = "central_mask"
    n_position_features: int = Field(32, ge=2)
    position_bins: int = Field(
        default_factory=lambda known: known["window_bp"] // 2 ** (1 + len(known["tower_channels"])), ge=1
    )
    heads: Heads = Field(default_factory=lambda: {"human": 7611, "mouse": 2608}, min_length=1)
    activation: Literal["softplus", "linear"] = "softplus"

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _check_sizes(self) -> "BaskervilleConfig":
        if min(self.tower_channels) < 1:
            raise ValueError(f"tower_channels {self.tower_channels} has a block without channels")
        if self.value_size < 1:
            raise ValueError(f"{self.channels} channels are too few for {self.n_heads} heads")
        for name in ("stem_width", "upsampling_width"):
            if getattr(self, name) % 2 == 0:
                raise ValueError(f"{name} {getattr(self, name)} is even; a centered width is odd")
        if self.n_upsamplings > len(self.tower_channels):
            raise ValueError(
                f"n_upsamplings {self.n_upsamplings} is more than the {len(self.tower_channels)} blocks of "
                "tower_channels, each of which can be undone once"
            )
        step = _COLUMNS.get(self.positions, 1)
        if self.n_position_features % step:
            raise ValueError(
                f"n_position_features {self.n_position_features} is no multiple of {step}, the columns that "
                f"positions {self.positions!r} come in"
            )
        return self

    @model_validator(mode="after")
    def _check_window(self) -> "BaskervilleConfig":
        if self.window_bp % self.coarse_bp:
            raise ValueError(
                f"window_bp {self.window_bp} is no multiple of the {self.coarse_bp} bp that the "
                "transformer's positions have"
            )
        n_bins = self.window_bp // self.bin_bp
        if n_bins <= 2 * self.crop_bins:
            raise ValueError(f"crop_bins {self.crop_bins} at each end leaves nothing of {n_bins} bins")
        return self

    @property
    def channels(self) -> int:
        """Channels of the transformer and of the way back."""
        return self.tower_channels[-1]

    @property
    def coarse_bp(self) -> int:
        """Bases a position of the transformer."""
        return 2 ** (1 + len(self.tower_channels))

    @property
    def bin_bp(self) -> int:
        """Bases a bin."""
        return self.coarse_bp >> self.n_upsamplings

    @property
    def kept_channels(self) -> list[int]:
        """Channels of the tower's outputs that the way back reads, in its order: coarse to fine."""
        return self.tower_channels[::-1][: self.n_upsamplings]
