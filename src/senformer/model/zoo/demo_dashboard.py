"""DeMo Dashboard: CNN, RNN and CNN-RNN of binding in 101 bp; ``demo_dashboard`` in ``MODELS``.

Source: Lanchantin et al. 2017, doi:10.1142/9789813207813_0025; QData/DeepMotif (MIT), idea only.
"""

import itertools
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator
from torch import nn

from senformer.model.blocks.bilstm import BiLstm
from senformer.model.blocks.block import ConvBlock, out_length
from senformer.model.blocks.class_head import ClassHead
from senformer.model.blocks.drop import Drop
from senformer.model.blocks.framework import TORCH
from senformer.model.blocks.global_pool import GlobalPool
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Activation, Rate, Size, Sizes, WindowConfig
from senformer.model.window_model import WindowModel


class DemoConfig(WindowConfig):
    """Sizes of the models of DeMo Dashboard.

    Attributes
    ----------
    body
        ``cnn``, convolutions; ``rnn``, an LSTM over the bases; ``cnn_rnn``, a convolution and an LSTM.
    channels, widths
        Of the convolutions; ``cnn_rnn`` has one, ``rnn`` none.
    pool
        Factor of the pooling behind all convolutions of ``cnn`` but the last.
    hidden
        Of the LSTM, in each direction.
    dropout
        Rate behind each convolution of ``cnn``, and behind the LSTM.
    """

    READ_UNDER: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {
        "channels": ("body", ("cnn", "cnn_rnn")),
        "widths": ("body", ("cnn", "cnn_rnn")),
        "pool": ("body", ("cnn",)),
        "hidden": ("body", ("rnn", "cnn_rnn")),
    }

    window_bp: Size = 101
    heads: Heads = Field(default_factory=lambda: {"factor": 1}, min_length=1)
    activation: Activation = "sigmoid"
    body: Literal["cnn", "rnn", "cnn_rnn"] = "cnn_rnn"
    channels: Sizes = Field(default_factory=lambda known: [128] * _n_layers(known))
    widths: Sizes = Field(default_factory=lambda known: [9, 5, 3][: _n_layers(known)])
    pool: Size = 2
    hidden: Size = 32
    dropout: Rate = 0.5

    @model_validator(mode="after")
    def _check_layers(self) -> "DemoConfig":
        if len(self.channels) != len(self.widths):
            raise ValueError(f"{len(self.channels)} channels and {len(self.widths)} widths: one each a layer")
        if self.body == "cnn_rnn" and len(self.channels) > 1:
            raise ValueError(f"body cnn_rnn has one convolution, channels names {len(self.channels)}")
        return self


def _n_layers(known: dict[str, Any]) -> int:
    return 3 if known.get("body") == "cnn" else 1


def _convolutions(config: DemoConfig) -> list[nn.Module]:
    pairs = list(itertools.pairwise([4, *config.channels]))
    orders = ["capd"] * (len(pairs) - 1) + ["cad"]
    blocks = [
        ConvBlock(*pair, width, order, TORCH, pool=config.pool, dropout=config.dropout)
        for pair, width, order in zip(pairs, config.widths, orders, strict=True)
    ]
    # Refuses a window of which nothing is left.
    out_length(blocks, config.window_bp)
    return [*blocks]


def layers(config: DemoConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    if config.body == "cnn":
        return [*_convolutions(config), GlobalPool("max")], config.channels[-1]
    convs: list[nn.Module] = []
    if config.body == "cnn_rnn":
        convs = [ConvBlock(4, config.channels[0], config.widths[0], "ca", TORCH, padding="same")]
    lstm = BiLstm(config.channels[0] if convs else 4, config.hidden)
    return [*convs, lstm, Drop(config.dropout), GlobalPool("mean")], 2 * config.hidden


def _head(config: DemoConfig, n_in: int, n_tracks: int) -> nn.Module:
    return ClassHead(n_in, n_tracks, TORCH)


DEMO_DASHBOARD = ModelKind(
    name="demo_dashboard",
    summary="A convolution and an LSTM, or either of them, on 101 bp: binding of one transcription factor.",
    build=partial(WindowModel, make_layers=layers, framework=TORCH, make_head=_head),
    config_class=DemoConfig,
    defaults={},
    trainer="loop",
    source="Lanchantin et al. 2017, doi:10.1142/9789813207813_0025; QData/DeepMotif",
    interpretation="Gradient; in-silico mutagenesis; the input that makes a class most likely.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 50,
        "batch_size": 256,
        "optimizer": "adam",
        "learning_rate": 0.01,
        "schedule": "stairs",
        "schedule_options": {"n_stairs": 5, "factor": 0.5},
        "clip_norm": 5.0,
        "reverse_complement": False,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
    },
    variants={"cnn": {"body": "cnn"}, "rnn": {"body": "rnn"}, "cnn_rnn": {"body": "cnn_rnn"}},
    deviations=(
        "Each value of the gradient was kept within 5; here the norm of all is: clip_norm.",
        "The code reports the epoch that was best on the training set and saves the last; here the best "
        "validation is saved, and export: last saves the last.",
        "The weights of the LSTM begin as in Keras, its forget gates at 1 as published.",
    ),
)
