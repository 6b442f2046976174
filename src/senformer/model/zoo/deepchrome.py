"""DeepChrome: expression of a gene from histone marks around its start; ``deepchrome`` in ``MODELS``.

Source: Singh et al. 2016, doi:10.1093/bioinformatics/btw427; QData/DeepChrome (MIT), idea only.
"""

from functools import partial

from pydantic import Field
from torch import nn

from senformer.model.blocks.block import ConvBlock, mlp, out_length
from senformer.model.blocks.class_head import ClassHead
from senformer.model.blocks.drop import Drop
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import TORCH
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.signal_model import SignalConfig, SignalModel
from senformer.model.window_config import PLAIN_RECIPE, Activation, Rate, Size, Sizes


class DeepChromeConfig(SignalConfig):
    """Sizes of DeepChrome.

    Attributes
    ----------
    channels, width, pool
        Of the convolution over bins, and the factor of the pooling behind it.
    dropout
        Rate behind the pooling.
    dense
        Sizes of the fully connected layers.
    """

    window_bp: Size = 10_000
    heads: Heads = Field(default_factory=lambda: {"expression": 1}, min_length=1)
    activation: Activation = "sigmoid"
    channels: Size = 50
    width: Size = 10
    pool: Size = 5
    dropout: Rate = 0.5
    dense: Sizes = Field(default_factory=lambda: [625, 125])


def layers(config: DeepChromeConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    conv = ConvBlock(config.n_signals, config.channels, config.width, "cap", TORCH, pool=config.pool)
    n_flat = out_length([conv], config.n_bins) * config.channels
    dense = mlp(n_flat, config.dense, "la", TORCH)
    return [conv, Flatten(channels_first=False), Drop(config.dropout), *dense], config.dense[-1]


def head(config: SignalConfig, n_in: int, n_tracks: int) -> nn.Module:
    """Return a head of two classes a track."""
    return ClassHead(n_in, n_tracks, TORCH)


DEEPCHROME = ModelKind(
    name="deepchrome",
    summary="A convolution over five histone marks in 100 bins around a gene's start: is it expressed.",
    build=partial(SignalModel, make_layers=layers, framework=TORCH, make_head=head),
    config_class=DeepChromeConfig,
    defaults={},
    trainer="loop",
    source="Singh et al. 2016, doi:10.1093/bioinformatics/btw427; QData/DeepChrome",
    interpretation="The input that makes a class most likely.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 100,
        "batch_size": 1,
        "optimizer": "sgd",
        "optimizer_options": {"momentum": 0.0},
        "learning_rate": 0.001,
        "schedule": "inverse_time",
        "schedule_options": {"decay": 1e-7},
        "reverse_complement": False,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
    },
    deviations=(
        "The two classes and their negative log likelihood are one track here, the log odds of being "
        "expressed, and its binary cross-entropy: the same numbers.",
    ),
)
