"""Xpresso: level of an mRNA from its promoter and what is known of its half-life; ``xpresso`` in ``MODELS``.

Source: Agarwal, Shendure 2020, doi:10.1016/j.celrep.2020.107663; vagarwal87/Xpresso (MIT), idea only.
"""

import itertools
from dataclasses import replace
from functools import partial

from pydantic import Field, model_validator
from torch import nn

from senformer.model.blocks.block import ConvBlock, DenseBlock, out_length
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.feature_model import FeatureModel
from senformer.model.fields import Heads
from senformer.model.initializers import glorot_normal_
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Count, Rate, Size, Sizes, WindowConfig


class XpressoConfig(WindowConfig):
    """Sizes of Xpresso.

    Attributes
    ----------
    channels, widths, pools
        Of the convolutions, and the factor of the pooling behind each.
    halflife
        Columns of the input ``halflife``, which the dense layers read beside the sequence; 0: there is none.
    dense, dropouts
        Sizes of the fully connected layers, and the rate behind each.
    """

    window_bp: Size = 10_500
    heads: Heads = Field(default_factory=lambda: {"expression": 1}, min_length=1)
    channels: Sizes = Field(default_factory=lambda: [128, 32])
    widths: Sizes = Field(default_factory=lambda: [6, 9])
    pools: Sizes = Field(default_factory=lambda: [30, 10])
    halflife: Count = 6
    dense: Sizes = Field(default_factory=lambda: [64, 2])
    dropouts: list[Rate] = Field(default_factory=lambda: [0.00099, 0.01546])

    @property
    def features(self) -> dict[str, int]:
        """Columns of each further input."""
        return {"halflife": self.halflife} if self.halflife else {}

    @model_validator(mode="after")
    def _check_layers(self) -> "XpressoConfig":
        n_channels, n_widths, n_pools = len(self.channels), len(self.widths), len(self.pools)
        if not n_channels == n_widths == n_pools:
            raise ValueError(f"{n_channels} channels, {n_widths} widths, {n_pools} pools: one each a layer")
        if len(self.dense) != len(self.dropouts):
            raise ValueError(f"{len(self.dense)} dense layers and {len(self.dropouts)} dropouts: one each")
        return self


_CONV = replace(KERAS, weight=glorot_normal_)


def layers(config: XpressoConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out; what is behind the flattening reads the features."""
    convs = [
        ConvBlock(*pair, width, "cap", _CONV, padding="same", pool=pool)
        for pair, width, pool in zip(
            itertools.pairwise([4, *config.channels]), config.widths, config.pools, strict=True
        )
    ]
    n_flat = out_length(convs, config.window_bp) * config.channels[-1] + config.halflife
    dense = [
        DenseBlock(*pair, "lad", KERAS, dropout=rate)
        for pair, rate in zip(itertools.pairwise([n_flat, *config.dense]), config.dropouts, strict=True)
    ]
    return [*convs, Flatten(channels_first=False), *dense], config.dense[-1]


XPRESSO = ModelKind(
    name="xpresso",
    summary="Two convolutions over 10.5 kb around a transcription start, and half-life features: mRNA level.",
    build=partial(FeatureModel, make_layers=layers, framework=KERAS),
    config_class=XpressoConfig,
    defaults={},
    trainer="loop",
    source="Agarwal, Shendure 2020, doi:10.1016/j.celrep.2020.107663; vagarwal87/Xpresso",
    interpretation="Occlusion of stretches; mean in-silico mutagenesis of promoters; weights of features.",
    recipe={
        **PLAIN_RECIPE,
        "reverse_complement": False,
        "epochs": 100,
        "batch_size": 128,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "eps": 1e-8,
        "loss": "mse",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 5},
    },
    variants={
        "eight_features": {"halflife": 8},
        "promoter_only": {"halflife": 0},
        "manual": {
            "window_bp": 3000,
            "channels": [64, 64],
            "widths": [5, 5],
            "pools": [10, 20],
            "halflife": 8,
            "dense": [100],
            "dropouts": [0.5],
        },
    },
    deviations=(
        "The deposited files read 6 half-life features, as here, the notebook 8: halflife: 8. In their order "
        "these are lengths of 5' UTR, coding sequence, introns and 3' UTR, GC of 5' UTR, coding sequence and "
        "3' UTR, exon density. Which 2 the files leave out is not told.",
        "Lengths, exon density and the level are log10(x + 0.1), then all columns and the level are "
        "standardized; a table is expected to give them so.",
        "The notebook trains by SGD (rate 0.0005, momentum 0.9, patience 7); the recipe is that of the code "
        "that made the deposited files.",
        "The second dense layer has 2 units, as the search found and the deposited files have.",
        "The best of ten runs was published; here a run is one.",
    ),
)
