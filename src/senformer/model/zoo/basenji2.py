"""Basenji2: human and mouse tracks on one trunk with dilated residuals; ``basenji2`` in ``MODELS``.

Source: Kelley 2020, doi:10.1371/journal.pcbi.1008050; calico/basenji (Apache-2.0), idea only.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from pydantic import Field
from torch import Tensor, nn

from senformer.model.blocks.beside import Residual
from senformer.model.blocks.block import ConvBlock
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.gelu import Gelu, GeluForm
from senformer.model.fields import Heads
from senformer.model.initializers import variance_scaling_
from senformer.model.kind import ModelKind
from senformer.model.track_config import TrackConfig
from senformer.model.track_model import TrackLayers, TrackModel
from senformer.model.window_config import Count, Rate, Size, Sizes


class Basenji2Config(TrackConfig):
    """Sizes of Basenji2; what a dilated convolution makes is added to what it reads.

    Attributes
    ----------
    final_channels, final_dropout
        Of the convolution of single bins before the heads.
    gelu
        The form of GELU.
    """

    crop_bins: Count = 64
    heads: Heads = Field(default_factory=lambda: {"human": 5313, "mouse": 1643}, min_length=1)
    channels: Sizes = Field(default_factory=lambda: [288, 339, 399, 470, 554, 652, 768])
    widths: Sizes = Field(default_factory=lambda: [15, 5, 5, 5, 5, 5, 5])
    pools: Sizes = Field(default_factory=lambda: [2, 2, 2, 2, 2, 2, 2])
    dilations: list[Size] = Field(default_factory=lambda: [1, 2, 3, 4, 6, 9, 14, 21, 32, 48, 72])
    dilated_channels: Size = 384
    dropout: Rate = 0.0
    dilated_dropout: Rate = 0.3
    final_channels: Size = 1536
    final_dropout: Rate = 0.05
    gelu: GeluForm = "tanh"


def _he_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return variance_scaling_(weight, fan_in)


# Its batch normalization keeps 0.9 of the past.
_FRAMEWORK = replace(KERAS, weight=_he_, momentum=0.1)


def _residuals(config: Basenji2Config, act: partial[Gelu]) -> Iterator[nn.Module]:
    n_wide = config.channels[-1]
    for dilation in config.dilations:
        wide = ConvBlock(
            n_wide,
            config.dilated_channels,
            3,
            "acb",
            _FRAMEWORK,
            padding="same",
            dilation=dilation,
            bias=False,
            act=act,
        )
        back = ConvBlock(
            config.dilated_channels,
            n_wide,
            1,
            "acbd",
            _FRAMEWORK,
            dropout=config.dilated_dropout,
            bias=False,
            act=act,
        )
        nn.init.zeros_(back.norm.weight)
        yield Residual(wide, back)


def layers(config: Basenji2Config) -> TrackLayers:
    """Return the layers: activation, convolution without bias, norm, dropout, pooling."""
    act = partial(Gelu, config.gelu)
    convs = [
        ConvBlock(
            *pair,
            width,
            "acbdp",
            _FRAMEWORK,
            padding="same",
            pool=pool,
            dropout=config.dropout,
            bias=False,
            act=act,
        )
        for pair, width, pool in zip(
            itertools.pairwise([4, *config.channels]), config.widths, config.pools, strict=True
        )
    ]
    n_in, n_out, rate = config.channels[-1], config.final_channels, config.final_dropout
    final = ConvBlock(n_in, n_out, 1, "acbd", _FRAMEWORK, dropout=rate, bias=False, act=act)
    return TrackLayers([*convs, *_residuals(config, act)], [final, act()], n_out)


BASENJI2 = ModelKind(
    name="basenji2",
    summary="A convolution tower and dilated residuals: human and mouse tracks of 131 kb in bins of 128 bp.",
    build=partial(TrackModel, make_layers=layers, framework=KERAS),
    config_class=Basenji2Config,
    defaults={},
    trainer="loop",
    source="Kelley 2020, doi:10.1371/journal.pcbi.1008050; calico/basenji",
    recipe={
        "epochs": 100,
        "batch_size": 4,
        "optimizer": "sgd",
        "optimizer_options": {"momentum": 0.99},
        "learning_rate": 0.15,
        "warmup_steps": 0,
        "clip_norm": 2.0,
        "loss": "poisson",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 16},
    },
    variants={"human": {"heads": {"human": 5313}}, "mouse": {"heads": {"mouse": 1643}}},
    deviations=(
        "GELU is in its tanh form as in the current code; published weights were made with "
        "x * sigmoid(1.702 x): gelu: sigmoid.",
        "At most 100 epochs here, less where validation stops them.",
    ),
)
