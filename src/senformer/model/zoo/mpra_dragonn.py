"""MPRA-DragoNN: activity of 145 bp with two promoters in two cell types; ``mpra_dragonn`` in ``MODELS``.

Source: Movva et al. 2019, doi:10.1371/journal.pone.0218073; kundajelab/MPRA-DragoNN (MIT), idea only.
"""

import itertools
from functools import partial
from typing import Literal

from pydantic import Field, model_validator
from torch import nn

from senformer.model.blocks.block import ConvBlock, mlp, out_length
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Rate, Size, Sizes, WindowConfig
from senformer.model.window_model import WindowModel


class MpraDragonnConfig(WindowConfig):
    """Sizes of MPRA-DragoNN.

    Attributes
    ----------
    channels, widths, pools
        Of the convolutions, and the factor of the pooling behind each; 1 for none.
    padding
        Whether convolutions read zeros beyond the ends (``same``) or not (``valid``).
    dense, dropout
        Sizes of the fully connected layers, if there are any, and the rate behind every layer.
    """

    window_bp: Size = 145
    heads: Heads = Field(default_factory=lambda: {"human": 12}, min_length=1)
    channels: Sizes = Field(default_factory=lambda: [120, 120, 120])
    widths: Sizes = Field(default_factory=lambda: [5, 5, 5])
    pools: Sizes = Field(default_factory=lambda known: [1] * len(known["channels"]))
    padding: Literal["valid", "same"] = "valid"
    dense: list[Size] = Field(default_factory=list)
    dropout: Rate = 0.1

    @model_validator(mode="after")
    def _check_layers(self) -> "MpraDragonnConfig":
        n_channels, n_widths, n_pools = len(self.channels), len(self.widths), len(self.pools)
        if not n_channels == n_widths == n_pools:
            raise ValueError(f"{n_channels} channels, {n_widths} widths, {n_pools} pools: one each a layer")
        return self


def layers(config: MpraDragonnConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    convs = [
        ConvBlock(
            *pair,
            width,
            "cabd" if pool == 1 else "cabdp",
            KERAS,
            padding=config.padding,
            pool=pool,
            dropout=config.dropout,
        )
        for pair, width, pool in zip(
            itertools.pairwise([4, *config.channels]), config.widths, config.pools, strict=True
        )
    ]
    n_flat = out_length(convs, config.window_bp) * config.channels[-1]
    dense = mlp(n_flat, config.dense, "labd", KERAS, dropout=config.dropout)
    return [*convs, Flatten(channels_first=False), *dense], [n_flat, *config.dense][-1]


MPRA_DRAGONN = ModelKind(
    name="mpra_dragonn",
    summary="Convolutions with batch normalization: activity of 145 bp in two cell types with two promoters.",
    build=partial(WindowModel, make_layers=layers, framework=KERAS),
    config_class=MpraDragonnConfig,
    defaults={},
    trainer="loop",
    source="Movva et al. 2019, doi:10.1371/journal.pone.0218073; kundajelab/MPRA-DragoNN",
    interpretation="DeepLIFT; in-silico mutagenesis; TF-MoDISco.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 20,
        "batch_size": 512,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "eps": 1e-7,
        "loss": "mse",
        "select": "valid_loss",
    },
    variants={
        "deep_factorized": {
            "channels": [48, 64, 100, 150, 300, 200, 200, 200, 200],
            "widths": [3, 3, 3, 7, 7, 7, 3, 3, 7],
            "pools": [1, 1, 1, 1, 3, 1, 1, 4, 4],
            "padding": "same",
            "dense": [100],
        }
    },
    deviations=(
        "A rate of 0.002 stands in the published code, which trains at 0.001 all the same, as here.",
        "The published weights are those of the best validation Spearman; here of the lowest loss.",
        "The published training set holds every sequence on both strands; here rows are turned at random.",
    ),
)
