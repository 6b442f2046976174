"""Which weights get adapters, and of which size."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from senformer.core.config import Config

Projection = Literal["query", "key", "value", "out"]


class AttentionAdapters(Config):
    """Adapters of the attention's projections, in every layer.

    Attributes
    ----------
    rank
        Of the addition.
    alpha
        The addition counts ``alpha / rank`` times; by default once.
    targets
        Projections that get one.
    """

    rank: int = Field(default=8, ge=1)
    alpha: float | None = Field(default=None, gt=0)
    targets: list[Projection] = Field(default=["query", "value"], min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "AttentionAdapters":
        if len(set(self.targets)) < len(self.targets):
            raise ValueError(f"targets are {self.targets}; name each projection once")
        return self


class ConvolutionAdapters(Config):
    """Adapters of the tower's convolutions.

    Attributes
    ----------
    rank, alpha
        As in :class:`AttentionAdapters`.
    targets
        Names of convolutions or of what holds them, with ``*`` and ``?``: ``tower`` for all, ``tower.5``.
    """

    rank: int = Field(default=4, ge=1)
    alpha: float | None = Field(default=None, gt=0)
    targets: list[Annotated[str, Field(min_length=1)]] = Field(default=["tower"], min_length=1)


class AdaptersConfig(Config):
    """Adapters of a model.

    Attributes
    ----------
    attention, convolution
        Of its two kinds of weights; None for none, but not both.
    """

    attention: AttentionAdapters | None = None
    convolution: ConvolutionAdapters | None = None

    @model_validator(mode="after")
    def _check(self) -> "AdaptersConfig":
        if self.attention is None and self.convolution is None:
            raise ValueError("neither attention nor convolution is given; give one, or leave adapters out")
        return self
