"""Basset: accessibility of 600 bp in 164 cell types; ``basset`` in ``MODELS``.

Source: Kelley, Snoek, Rinn 2016, doi:10.1101/gr.200535.115; davek44/Basset (MIT), idea only.
"""

import itertools
from functools import partial
from typing import Literal

from pydantic import Field, model_validator
from torch import nn

from senformer.model.blocks.block import ConvBlock, mlp, out_length
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import TORCH
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Activation, Rate, Size, Sizes, WindowConfig
from senformer.model.window_model import WindowModel


class BassetConfig(WindowConfig):
    """Sizes of Basset.

    Attributes
    ----------
    channels, widths, pools
        Of the convolutions, and the factor of the pooling behind each.
    padding
        ``valid`` reads no zeros beyond the ends; ``same`` does, and pooling then keeps a shorter last window.
    dense, dropout
        Sizes of the fully connected layers, and the rate behind each.
    """

    window_bp: Size = 600
    heads: Heads = Field(default_factory=lambda: {"human": 164}, min_length=1)
    activation: Activation = "sigmoid"
    channels: Sizes = Field(default_factory=lambda: [300, 200, 200])
    widths: Sizes = Field(default_factory=lambda: [19, 11, 7])
    pools: Sizes = Field(default_factory=lambda: [3, 4, 4])
    padding: Literal["valid", "same"] = "valid"
    dense: Sizes = Field(default_factory=lambda: [1000, 1000])
    dropout: Rate = 0.3

    @model_validator(mode="after")
    def _check_layers(self) -> "BassetConfig":
        n_channels, n_widths, n_pools = len(self.channels), len(self.widths), len(self.pools)
        if not n_channels == n_widths == n_pools:
            raise ValueError(f"{n_channels} channels, {n_widths} widths, {n_pools} pools: one each a layer")
        return self


def layers(config: BassetConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    is_ceiled = config.padding == "same"
    convs = [
        ConvBlock(*pair, width, "cbap", TORCH, padding=config.padding, pool=pool, ceil=is_ceiled)
        for pair, width, pool in zip(
            itertools.pairwise([4, *config.channels]), config.widths, config.pools, strict=True
        )
    ]
    n_flat = out_length(convs, config.window_bp) * config.channels[-1]
    dense = mlp(n_flat, config.dense, "lbad", TORCH, dropout=config.dropout)
    return [*convs, Flatten(channels_first=True), *dense], config.dense[-1]


BASSET = ModelKind(
    name="basset",
    summary="Three convolutions with batch normalization and two dense layers: accessibility of 600 bp.",
    build=partial(WindowModel, make_layers=layers, framework=TORCH),
    config_class=BassetConfig,
    defaults={},
    trainer="loop",
    source="Kelley, Snoek, Rinn 2016, doi:10.1101/gr.200535.115; davek44/Basset",
    interpretation="Kernels as motifs; in-silico mutagenesis.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 100,
        "batch_size": 128,
        "optimizer": "rmsprop",
        "optimizer_options": {"alpha": 0.98},
        "learning_rate": 0.002,
        "max_norm": 7.0,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 10},
    },
    variants={"current_code": {"padding": "same"}},
    deviations=(
        "The published weights have no padding, the current code pads and rounds the last pooling up: "
        "padding: valid here, padding: same for the other.",
        "The published loss sums over cell types where this one averages; RMSprop's steps do not tell.",
        "Training ended by the validation AUROC; here by the validation loss.",
        "Unknown bases are zeros here; the published encoder draws one at random.",
        "Epochs alternated between the strands; here rows are turned at random.",
    ),
)
