"""ChromTransfer: accessibility by residual convolutions, fine-tuned on a cell type; in ``MODELS``.

Source: Salvatore et al. 2023, doi:10.1093/nargab/lqad026; anderssonlab/ChromTransfer (GPL), idea only.
"""

from dataclasses import replace
from functools import partial

from pydantic import Field
from torch import Tensor, nn

from senformer.model.blocks.beside import Collected, Projected, Residual
from senformer.model.blocks.block import ConvBlock, mlp
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.global_pool import GlobalPool
from senformer.model.fields import Heads
from senformer.model.initializers import variance_scaling_
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Activation, Rate, Size, Sizes, WindowConfig
from senformer.model.window_model import WindowModel


class ChromTransferConfig(WindowConfig):
    """Sizes of ChromTransfer.

    Attributes
    ----------
    channels, widths
        Of the first convolution; of those behind it, before and behind the three outputs that are put
        together; and of the last. The widths are those of the first, the first shortcut, its three blocks,
        the second shortcut and the convolution at the end, and its three blocks and the last convolution.
    head_dense
        Sizes of the fully connected layers of each head: fine-tuning with ``heads: new`` draws them.
    dropout
        Rate behind every layer.
    """

    window_bp: Size = 600
    heads: Heads = Field(default_factory=lambda: {"human": 1}, min_length=1)
    activation: Activation = "sigmoid"
    channels: list[Size] = Field(default_factory=lambda: [64, 32, 64], min_length=3, max_length=3)
    widths: list[Size] = Field(default_factory=lambda: [25, 20, 15, 10, 5], min_length=5, max_length=5)
    head_dense: Sizes = Field(default_factory=lambda: [512, 128])
    dropout: Rate = 0.1


def _he_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return variance_scaling_(weight, fan_in)


_CONV = replace(KERAS, weight=_he_)
_N_BLOCKS = 3


def layers(config: ChromTransferConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    first, narrow, wide = config.channels
    widths = config.widths

    def unit(n_in: int, n_out: int, width: int) -> nn.Module:
        return ConvBlock(n_in, n_out, width, "cabd", _CONV, padding="same", dropout=config.dropout)

    def shortcut(n_in: int, n_out: int, width: int) -> nn.Module:
        return Projected(
            [unit(n_in, n_out, width), unit(n_out, n_out, width)], shortcut=unit(n_in, n_out, width)
        )

    def block(n: int, width: int) -> nn.Module:
        return Residual(unit(n, n, width), unit(n, n, width))

    parts = [
        unit(4, first, widths[0]),
        shortcut(first, narrow, widths[1]),
        Collected(*(block(narrow, widths[2]) for _ in range(_N_BLOCKS))),
        shortcut(_N_BLOCKS * narrow, wide, widths[3]),
        *(block(wide, widths[4]) for _ in range(_N_BLOCKS)),
        unit(wide, wide, widths[3]),
        ConvBlock(wide, wide, widths[4], "ca", _CONV, padding="same"),
        GlobalPool("mean"),
    ]
    return parts, wide


def make_head(config: ChromTransferConfig, n_in: int, n_tracks: int) -> nn.Module:
    """Return the fully connected layers of a head."""
    dense = mlp(n_in, config.head_dense, "labd", KERAS, dropout=config.dropout)
    return nn.Sequential(*dense, Dense(config.head_dense[-1], n_tracks, KERAS))


CHROMTRANSFER = ModelKind(
    name="chromtransfer",
    summary="Residual convolutions over 600 bp, pre-trained on all cell types and fine-tuned on one.",
    build=partial(WindowModel, make_layers=layers, framework=KERAS, make_head=make_head),
    config_class=ChromTransferConfig,
    defaults={},
    trainer="loop",
    source="Salvatore et al. 2023, doi:10.1093/nargab/lqad026; anderssonlab/ChromTransfer",
    interpretation="Gradient times input.",
    recipe={
        **PLAIN_RECIPE,
        "reverse_complement": False,
        "epochs": 100,
        "batch_size": 128,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "eps": 1e-7,
        # A penalty of 0.0001 times the squares.
        "weight_decay": 2e-4,
        "schedule": "plateau",
        "schedule_options": {"metric": "valid_loss", "factor": 0.1, "patience": 5},
        "loss": "binary_cross_entropy",
        "class_weights": "balanced",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 10},
    },
    variants={"fine_tune": {"head_dense": [1024, 32]}},
    deviations=(
        "Fine-tuning has two published recipes: all weights at a rate of 5e-6 (finetune: {from: RUN, heads: "
        "new}, learning_rate: 5.0e-6), or the head alone at 0.001 for 20 epochs (and train: heads).",
        "The rate of pre-training is not told; 0.001 here.",
        "The penalty is on the convolutions alone in the published code, here on dense layers, too.",
        "The baseline of seven classes has a softmax; seven tracks here are seven labels.",
    ),
)
