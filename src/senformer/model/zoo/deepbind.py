"""DeepBind: motif detectors over a sequence, one protein a model; ``deepbind`` in ``MODELS``.

Source: Alipanahi et al. 2015, doi:10.1038/nbt.3300; training code and scorer (BSD-3), idea only.
"""

from dataclasses import replace
from functools import partial
from typing import Any, Literal

from pydantic import Field
from torch import Tensor, nn

from senformer.model.blocks.block import ConvBlock, DenseBlock
from senformer.model.blocks.drop import SharedDrop
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.global_pool import GlobalPool
from senformer.model.blocks.stretches import Stretches
from senformer.model.blocks.view_head import ViewHead
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Activation, Rate, Size, WindowConfig
from senformer.model.window_model import WindowModel


class DeepBindConfig(WindowConfig):
    """Sizes of DeepBind.

    Attributes
    ----------
    channels, motif_bp
        Number of motif detectors, and their length.
    pooling
        What is kept of a detector's activations: ``max``, or ``max_mean``, their mean too.
    hidden
        Units of a fully connected layer; 0 for none.
    dropout
        Rate behind the pooling, of the same values on both strands.
    both_strands
        Predict both strands and keep the larger output; of RNA there is one.
    stretch_bp
        Predict each stretch of so many bases and keep the largest output, as the published scorer does over
        1.5 times the detectors' length; None predicts the sequence as a whole, as in training.
    """

    window_bp: Size = 101
    heads: Heads = Field(default_factory=lambda: {"protein": 1}, min_length=1)
    activation: Activation = "sigmoid"
    channels: Size = 16
    motif_bp: Size = 24
    pooling: Literal["max", "max_mean"] = "max"
    hidden: int = Field(0, ge=0)
    dropout: Rate = 0.25
    both_strands: bool = True
    stretch_bp: Size | None = None


def _normal_(std: float) -> Any:
    def fill(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
        return nn.init.normal_(weight, std=std)

    return fill


_DETECTORS = replace(KERAS, weight=_normal_(1e-3))
_LAYERS = replace(KERAS, weight=_normal_(1e-2))


def layers(config: DeepBindConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out of each view."""
    pool = GlobalPool(config.pooling)
    detectors = ConvBlock(4, config.channels, config.motif_bp, "ca", _DETECTORS)
    stretches = Stretches(
        detectors, pool, config.motif_bp, both_strands=config.both_strands, stretch_bp=config.stretch_bp
    )
    n_wide = pool.width(config.channels)
    dense = [DenseBlock(n_wide, config.hidden, "la", _LAYERS)] if config.hidden else []
    flat = Flatten(channels_first=False)
    return [stretches, SharedDrop(config.dropout), *dense, flat], config.hidden or n_wide


def _head(config: DeepBindConfig, n_in: int, n_tracks: int) -> nn.Module:
    return ViewHead(n_in, n_tracks, _LAYERS, "max")


DEEPBIND = ModelKind(
    name="deepbind",
    summary="Sixteen motif detectors and a linear layer, the larger of both strands: one protein a model.",
    build=partial(WindowModel, make_layers=layers, framework=_LAYERS, make_head=_head),
    config_class=DeepBindConfig,
    defaults={},
    trainer="loop",
    source="Alipanahi et al. 2015, doi:10.1038/nbt.3300",
    interpretation="Kernels as motifs; in-silico mutagenesis.",
    recipe={
        **PLAIN_RECIPE,
        "steps": 20_000,
        "batch_size": 64,
        "optimizer": "sgd",
        "optimizer_options": {"momentum": 0.98, "nesterov": True},
        "learning_rate": 0.005,
        # The strands are in the model.
        "reverse_complement": False,
        "loss": "binary_cross_entropy",
    },
    variants={
        "hidden": {"hidden": 32},
        "selex": {"motif_bp": 20},
        "chip": {"motif_bp": 24, "pooling": "max_mean"},
        "rnacompete": {
            "motif_bp": 16,
            "pooling": "max_mean",
            "hidden": 32,
            "both_strands": False,
            "activation": "linear",
            "window_bp": 41,
        },
    },
    # The published loss is half of the squared error: twice as much at half the rate is the same.
    variant_recipes={"rnacompete": {"loss": "mse", "learning_rate": 0.0025}},
    deviations=(
        "Rates, dropout, initial values and a penalty were drawn 30 times for each protein and the best in "
        "cross-validation was kept; here they are the middle of the ranges (learning_rate, momentum, "
        "dropout), or their upper ends (initial values), and there is no L1 penalty.",
        "Of six trainings the one with the best training metric was kept; here there is one.",
        "The negatives of ChIP-seq were shuffled anew for each pass; here they are rows of the table.",
        "The published scorer takes the largest output over stretches of 1.5 motifs: stretch_bp; training "
        "reads the sequence as a whole.",
        "A row may be shorter than the window: N at its ends are padding and are not read; the published "
        "scorer reads those of a sequence's own.",
    ),
)
