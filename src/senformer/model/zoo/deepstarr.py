"""DeepSTARR: activity of an enhancer with two promoters; ``deepstarr`` in ``MODELS``.

Source: de Almeida et al. 2022, doi:10.1038/s41588-022-01048-5;
bernardo-de-almeida/DeepSTARR (MIT), idea only.
"""

import itertools
from functools import partial

from pydantic import Field, model_validator
from torch import nn

from senformer.model.blocks.block import ConvBlock, mlp, out_length
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Rate, Size, Sizes, WindowConfig
from senformer.model.window_model import WindowModel


class DeepStarrConfig(WindowConfig):
    """Sizes of DeepSTARR.

    Attributes
    ----------
    channels, widths, pool
        Of the convolutions, and the factor of the pooling behind each.
    dense, dropout
        Sizes of the fully connected layers, and the rate behind each.
    """

    window_bp: Size = 249
    channels: Sizes = Field(default_factory=lambda: [256, 60, 60, 120])
    widths: Sizes = Field(default_factory=lambda: [7, 3, 5, 3])
    pool: Size = 2
    dense: Sizes = Field(default_factory=lambda: [256, 256])
    dropout: Rate = 0.4
    heads: Heads = Field(default_factory=lambda: {"drosophila": 2}, min_length=1)

    @model_validator(mode="after")
    def _check_widths(self) -> "DeepStarrConfig":
        if len(self.widths) != len(self.channels):
            raise ValueError(f"{len(self.channels)} channels and {len(self.widths)} widths: one each a layer")
        return self


def layers(config: DeepStarrConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    convs = [
        ConvBlock(n_in, n_out, width, "cbap", KERAS, padding="same", pool=config.pool)
        for (n_in, n_out), width in zip(itertools.pairwise([4, *config.channels]), config.widths, strict=True)
    ]
    n_flat = out_length(convs, config.window_bp) * config.channels[-1]
    dense = mlp(n_flat, config.dense, "lbad", KERAS, dropout=config.dropout)
    return [*convs, Flatten(channels_first=False), *dense], config.dense[-1]


DEEPSTARR = ModelKind(
    name="deepstarr",
    summary="Four convolutions and two dense layers: enhancer activity of 249 bp with two promoters.",
    build=partial(WindowModel, make_layers=layers, framework=KERAS),
    config_class=DeepStarrConfig,
    defaults={},
    trainer="loop",
    source="de Almeida et al. 2022, doi:10.1038/s41588-022-01048-5; bernardo-de-almeida/DeepSTARR",
    interpretation="DeepLIFT, then TF-MoDISco.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 100,
        "batch_size": 128,
        "optimizer": "adam",
        "learning_rate": 0.002,
        "eps": 1e-7,
        "loss": "mse",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 10},
    },
    deviations=(
        "The published training set holds every sequence on both strands; here rows are turned at random.",
    ),
)
