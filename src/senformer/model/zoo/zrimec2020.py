"""The expression model of Zrimec et al.: promoter to terminator, and codons; ``zrimec2020`` in ``MODELS``.

Source: Zrimec et al. 2020, doi:10.1038/s41467-020-19921-4; JanZrimec/DeepExpression, idea only.
"""

import itertools
from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import Field, model_validator
from torch import nn

from senformer.model.blocks.block import ConvBlock, mlp, out_length
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.overlap_pool import OverlapPool
from senformer.model.feature_model import FeatureModel
from senformer.model.fields import Heads
from senformer.model.initializers import he_uniform_
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Count, Rate, Size, Sizes, WindowConfig


class ZrimecConfig(WindowConfig):
    """Sizes of the model.

    Attributes
    ----------
    channels, width, dilation
        Of the convolutions, the first of which reads no zeros beyond the ends.
    pool, stride
        Positions that a pooling looks at, and how far it moves on.
    codons, stability
        Columns of the inputs of these names, which the dense layers read beside the sequence; 0: none.
    dense, dropout
        Sizes of the fully connected layers, and the rate behind every layer.
    """

    window_bp: Size = 2150
    heads: Heads = Field(default_factory=lambda: {"expression": 1}, min_length=1)
    channels: Sizes = Field(default_factory=lambda: [64, 64, 64])
    width: Size = 20
    dilation: Size = 1
    pool: Size = 4
    stride: Size = 2
    codons: Count = 64
    stability: Count = 8
    dense: Sizes = Field(default_factory=lambda: [64, 64])
    dropout: Rate = 0.2

    @property
    def features(self) -> dict[str, int]:
        """Columns of each further input."""
        columns = {"codons": self.codons, "stability": self.stability}
        return {name: n for name, n in columns.items() if n}

    @model_validator(mode="after")
    def _check_pool(self) -> "ZrimecConfig":
        if self.stride > self.pool:
            raise ValueError(f"stride {self.stride} skips positions that pool {self.pool} does not look at")
        return self


_CONV = replace(KERAS, weight=he_uniform_)


def layers(config: ZrimecConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out; what is behind the flattening reads the features."""
    convs: list[nn.Module] = []
    for pair in itertools.pairwise([4, *config.channels]):
        padding: Literal["same", "valid"] = "same" if convs else "valid"
        convs += [
            ConvBlock(
                *pair,
                config.width,
                "cabd",
                _CONV,
                padding=padding,
                dropout=config.dropout,
                dilation=config.dilation,
            ),
            OverlapPool(config.pool, config.stride),
        ]
    n_flat = out_length(convs, config.window_bp) * config.channels[-1] + sum(config.features.values())
    dense = mlp(n_flat, config.dense, "labd", KERAS, dropout=config.dropout)
    return [*convs, Flatten(channels_first=False), *dense], config.dense[-1]


ZRIMEC2020 = ModelKind(
    name="zrimec2020",
    summary="Convolutions over promoter, both UTRs and terminator, and codon frequencies: mRNA level.",
    build=partial(FeatureModel, make_layers=layers, framework=KERAS),
    config_class=ZrimecConfig,
    defaults={},
    trainer="loop",
    source="Zrimec et al. 2020, doi:10.1038/s41467-020-19921-4; JanZrimec/DeepExpression",
    interpretation="Occlusion of ten bases at a time.",
    recipe={
        **PLAIN_RECIPE,
        "reverse_complement": False,
        "epochs": 100,
        "batch_size": 128,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "eps": 1e-7,
        "loss": "mse",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 10},
    },
    variants={"dna_alone": {"codons": 0, "stability": 0}},
    deviations=(
        "Sizes were searched (channels 32 to 128, width 10 to 40, dilation 1 to 4, pool and stride 1 to 4, "
        "dense 32 to 128, dropout up to 1) and those found are not in the paper: here is the middle.",
        "So were dropout, rate and batch; 0.2, 0.001 and 128 here, and at most 100 epochs.",
    ),
)
