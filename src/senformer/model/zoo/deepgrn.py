"""DeepGRN: binding of a factor from sequence, accessibility and expression; ``deepgrn`` in ``MODELS``.

Source: Chen et al. 2021, doi:10.1186/s12859-020-03952-1; jianlin-cheng/DeepGRN, idea only.
"""

from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import Field
from torch import nn

from senformer.model.blocks.bilstm import BiLstm
from senformer.model.blocks.block import ConvBlock, DenseBlock, mlp, out_length
from senformer.model.blocks.drop import Drop, SharedDrop
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.grn_attention import ChannelAttention, PairAttention, SharedVector
from senformer.model.blocks.view_head import Combine, ViewHead
from senformer.model.blocks.views import Views
from senformer.model.fields import Heads
from senformer.model.initializers import glorot_normal_
from senformer.model.kind import ModelKind
from senformer.model.side_model import SideModel
from senformer.model.window_config import PLAIN_RECIPE, Activation, Count, Rate, Size, WindowConfig


class DeepGrnConfig(WindowConfig):
    """Sizes of DeepGRN.

    Attributes
    ----------
    attention
        ``channel``, softmax of every channel behind the LSTM, summed up (the paper's single attention);
        ``vector``, one weight a position behind it; ``pair``, every position sees all, before the LSTM.
    channels, width
        Of the convolution; positions are pooled by half its width.
    hidden
        Of the LSTM, in each direction.
    dense, n_dense
        Size of the fully connected layers, and how many of them stand behind those that all have.
    dropout
        Rate of every dropout.
    signals
        Columns of the input ``signals`` beside every base: coverage of DNase-seq, and mappability.
    meta
        Numbers of the input ``meta`` of each example: expression of genes and annotation.
    combine
        ``mean_probability`` or ``max`` of both strands.
    """

    window_bp: Size = 1002
    heads: Heads = Field(default_factory=lambda: {"factor": 1}, min_length=1)
    activation: Activation = "sigmoid"
    attention: Literal["channel", "vector", "pair"] = "channel"
    channels: Size = 128
    width: Size = Field(34, ge=2)
    hidden: Size = 64
    dense: Size = 128
    n_dense: Count = 0
    dropout: Rate = 0.1
    signals: Count = 2
    meta: Count = 14
    combine: Combine = "mean_probability"


_NORMAL = replace(KERAS, weight=glorot_normal_)


def layers(config: DeepGrnConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out of each strand; the second reads ``meta``."""
    rate, dense = config.dropout, config.dense
    conv = ConvBlock(4 + config.signals, config.channels, config.width, "cad", KERAS, dropout=rate)
    pooled = [conv, ConvBlock(config.channels, config.channels, 1, "cap", KERAS, pool=config.width // 2)]
    n_positions, n_wide = out_length(pooled, config.window_bp), 2 * config.hidden
    lstm = [BiLstm(config.channels, config.hidden), Drop(rate)]
    flat = [Flatten(channels_first=False), DenseBlock(n_positions * n_wide, dense, "la", KERAS)]
    if config.attention == "channel":
        seen = [ConvBlock(n_wide, dense, 1, "ca", _NORMAL, bias=False), DenseBlock(dense, dense, "la", KERAS)]
        body = [SharedDrop(rate), *lstm, ChannelAttention(), *seen]
    elif config.attention == "vector":
        body = [*lstm, SharedVector(n_positions, KERAS), *flat]
    else:
        body = [PairAttention(n_positions, config.channels, KERAS), *lstm, *flat]
    last = mlp(dense + config.meta, [dense] * (1 + config.n_dense), "lad", KERAS, dropout=rate)
    return [Views([*pooled, *body]), Drop(rate), *last, Flatten(channels_first=False)], dense


def _head(config: DeepGrnConfig, n_in: int, n_tracks: int) -> nn.Module:
    return ViewHead(n_in, n_tracks, KERAS, config.combine)


_EGR1 = {"channels": 64, "width": 30, "hidden": 32, "dense": 64, "n_dense": 1}

DEEPGRN = ModelKind(
    name="deepgrn",
    summary="A convolution, an LSTM and attention on both strands of sequence and accessibility of 1,002 bp.",
    build=partial(SideModel, make_layers=layers, framework=KERAS, make_head=_head),
    config_class=DeepGrnConfig,
    defaults={},
    trainer="loop",
    source="Chen et al. 2021, doi:10.1186/s12859-020-03952-1; jianlin-cheng/DeepGRN",
    interpretation="Attention weights.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 60,
        "batch_size": 64,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "eps": 1e-7,
        # The strands are in the model.
        "reverse_complement": False,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 5},
    },
    variants={
        "foxa1": {},
        "egr1_pair": {**_EGR1, "attention": "pair"},
        "egr1_single": {**_EGR1, "attention": "vector"},
        "foxa2": {"channels": 64, "width": 30, "hidden": 32, "n_dense": 1},
        "hnf4a": {"channels": 64},
        "max": {"channels": 64, "dense": 64},
        "nanog": {
            "channels": 64,
            "width": 15,
            "dense": 64,
            "n_dense": 1,
            "signals": 1,
            "meta": 0,
        },
        "rest": {"hidden": 32},
        "sequence": {"signals": 0, "meta": 0},
    },
    deviations=(
        "Sizes differ from factor to factor; the default has those that the code begins with, and the "
        "variants make as many values as the released model of that factor.",
        "The code calls two kinds of attention single; here they are channel and vector.",
        "Positions are dropped alike before the LSTM, under channel attention, as published; its recurrent "
        "dropout of 0.5 is left out.",
        "Channels are A, C, G, T here and A, T, G, C in published weights.",
        "Positive windows were drawn at random around peaks, and as many negatives: rows of the table here.",
    ),
)
