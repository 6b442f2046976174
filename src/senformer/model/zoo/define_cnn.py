"""DeFine: binding of a factor and its strength in 300 bp, an approximation; ``define_cnn`` in ``MODELS``.

Neither layers nor code of DeFine are at hand. This is a network of both strands for its inputs and outputs:
motif detectors, the largest and the mean activation of each, and one dense layer.

Source: Wang et al. 2018, doi:10.1093/nar/gky215, for windows, outputs and use.
"""

from functools import partial
from typing import Any

from pydantic import Field
from torch import nn

from senformer.model.blocks.block import ConvBlock, DenseBlock
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import TORCH
from senformer.model.blocks.global_pool import GlobalPool
from senformer.model.blocks.views import Views
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Rate, Size, WindowConfig
from senformer.model.window_model import WindowModel


class DefineConfig(WindowConfig):
    """Sizes of the approximation of DeFine.

    Attributes
    ----------
    channels, width
        Of the convolution.
    dense, dropout
        Size of the fully connected layer, and the rate behind it.
    """

    window_bp: Size = 300
    heads: Heads = Field(default_factory=lambda: {"factor": 2}, min_length=1)
    channels: Size = 128
    width: Size = 24
    dense: Size = 128
    dropout: Rate = 0.5


def layers(config: DefineConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    pool = GlobalPool("max_mean")
    conv = ConvBlock(4, config.channels, config.width, "ca", TORCH, padding="same")
    dense = DenseBlock(2 * pool.width(config.channels), config.dense, "lad", TORCH, dropout=config.dropout)
    return [Views([conv, pool]), Flatten(channels_first=False), dense], config.dense


_RECIPE: dict[str, Any] = {
    **PLAIN_RECIPE,
    "epochs": 100,
    "batch_size": 128,
    "optimizer": "adam",
    "learning_rate": 0.001,
    "loss": "labels_mse",
    "loss_options": {"n_labels": 1},
    "select": "valid_loss",
    "stop": {"metric": "valid_loss", "patience": 10},
}

DEFINE_CNN = ModelKind(
    name="define_cnn",
    summary="An approximation of DeFine: presence and strength of a factor's binding in 300 bp.",
    build=partial(WindowModel, make_layers=layers, framework=TORCH),
    config_class=DefineConfig,
    defaults={},
    trainer="loop",
    source="Wang et al. 2018, doi:10.1093/nar/gky215",
    recipe=_RECIPE,
    deviations=(
        "An approximation: layers and recipe are not published in a form at hand. Chosen are detectors on "
        "both strands, as in other models of windows of this size.",
        "The class comes as log odds: values of a table are the class (0 or 1), then the strength (NA where "
        "there is none).",
    ),
)
