"""Basenji: tracks in bins of 128 bp by dilated convolutions that see 131 kb; ``basenji`` in ``MODELS``.

Source: Kelley et al. 2018, doi:10.1101/gr.227819.117; calico/basenji (Apache-2.0), idea only.
"""

import itertools
from dataclasses import replace
from functools import partial

from pydantic import Field
from torch import nn

from senformer.model.activations import PositiveActivation
from senformer.model.blocks.beside import Joined
from senformer.model.blocks.block import ConvBlock
from senformer.model.blocks.framework import KERAS
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.track_config import TrackConfig
from senformer.model.track_model import TrackLayers, TrackModel
from senformer.model.window_config import Count, Rate, Size, Sizes


class BasenjiConfig(TrackConfig):
    """Sizes of Basenji; what a dilated convolution makes stands beside what it reads."""

    crop_bins: Count = 32
    heads: Heads = Field(default_factory=lambda: {"human": 4229}, min_length=1)
    activation: PositiveActivation = "exp_linear"
    channels: Sizes = Field(default_factory=lambda: [312, 368, 435, 514, 607, 717])
    widths: Sizes = Field(default_factory=lambda: [22, 1, 6, 6, 6, 3])
    pools: Sizes = Field(default_factory=lambda: [1, 2, 4, 4, 4, 1])
    dilations: list[Size] = Field(default_factory=lambda: [2, 4, 8, 16, 32, 64])
    dilated_channels: Size = 108
    dropout: Rate = 0.05
    dilated_dropout: Rate = 0.1


# Its batch normalization keeps 0.9 of the past.
_FRAMEWORK = replace(KERAS, momentum=0.1)


def layers(config: BasenjiConfig) -> TrackLayers:
    """Return the layers: activation, convolution without bias, norm, dropout, pooling."""
    convs: list[nn.Module] = [
        ConvBlock(
            *pair,
            width,
            "acbd" if pool == 1 else "acbdp",
            _FRAMEWORK,
            padding="same",
            pool=pool,
            dropout=config.dropout,
            bias=False,
        )
        for pair, width, pool in zip(
            itertools.pairwise([4, *config.channels]), config.widths, config.pools, strict=True
        )
    ]
    n_wide = config.channels[-1]
    for dilation in config.dilations:
        rate, n_out = config.dilated_dropout, config.dilated_channels
        block = ConvBlock(
            n_wide,
            n_out,
            3,
            "acbd",
            _FRAMEWORK,
            padding="same",
            dropout=rate,
            dilation=dilation,
            bias=False,
        )
        convs.append(Joined(block))
        n_wide += n_out
    last = ConvBlock(n_wide, n_wide, 1, "acbd", _FRAMEWORK, dropout=config.dropout, bias=False)
    return TrackLayers([*convs, last], [nn.ReLU()], n_wide)


BASENJI = ModelKind(
    name="basenji",
    summary="Convolutions to bins of 128 bp, dilated ones beside one another: 4,229 tracks of 131 kb.",
    build=partial(TrackModel, make_layers=layers, framework=KERAS),
    config_class=BasenjiConfig,
    defaults={},
    trainer="loop",
    source="Kelley et al. 2018, doi:10.1101/gr.227819.117; calico/basenji",
    interpretation="Gradient at the bases; in-silico mutagenesis; differences of alleles, also over genes.",
    recipe={
        "epochs": 100,
        "batch_size": 2,
        "optimizer": "adam",
        "learning_rate": 0.002063,
        "betas": (0.97, 0.98),
        "warmup_steps": 0,
        "schedule": "staircase",
        "schedule_options": {"factor": 0.2, "every_steps": 200_000},
        "clip_norm": 1.0,
        "loss": "poisson",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 12},
    },
    deviations=(
        "The text of the paper counts 4 convolutions and 7 dilated ones; here are those of the deposited "
        "configuration.",
        "The term of the Poisson loss that no prediction changes is left out.",
        "How long it was trained is not told: at most 100 epochs here, less where validation stops them.",
    ),
)
