"""The convolutional model of yeast promoters of Vaishnav et al.; ``vaishnav_cnn`` in ``MODELS``.

Source: Vaishnav et al. 2022, doi:10.1038/s41586-022-04506-6; 1edv/evolution (MIT), idea only.
"""

import itertools
from dataclasses import replace
from functools import partial

from pydantic import Field
from torch import Tensor, nn

from senformer.model.blocks.block import ConvBlock, mlp
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.two_strands import TwoStrands
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Rate, Size, Sizes, WindowConfig
from senformer.model.window_model import WindowModel


class VaishnavCnnConfig(WindowConfig):
    """Sizes of the convolutional model.

    Attributes
    ----------
    channels
        Of every convolution.
    width, inner_width
        Of the first convolution on each strand, and of those behind it.
    strand_layers, joint_layers
        Convolutions on each strand, and on both together.
    dense, dropout
        Sizes of the fully connected layers, and the rate behind each.
    """

    window_bp: Size = 110
    heads: Heads = Field(default_factory=lambda: {"yeast": 1}, min_length=1)
    channels: Size = 256
    width: Size = 30
    inner_width: Size = 1
    strand_layers: Size = 2
    joint_layers: Size = 2
    dense: Sizes = Field(default_factory=lambda: [256, 256])
    dropout: Rate = 0.2


def _normal_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return nn.init.trunc_normal_(weight, std=0.1, a=-0.2, b=0.2)


def _tenth_(bias: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return nn.init.constant_(bias, 0.1)


_TENSORFLOW = replace(KERAS, weight=_normal_, bias=_tenth_)


def layers(config: VaishnavCnnConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    n, inner = config.channels, [config.inner_width]

    def convolutions(n_in: int, widths: list[int]) -> list[nn.Module]:
        channels = itertools.pairwise([n_in, *[n] * len(widths)])
        return [
            ConvBlock(*pair, width, "ca", _TENSORFLOW, padding="same")
            for pair, width in zip(channels, widths, strict=True)
        ]

    widths = [config.width, *inner * (config.strand_layers - 1)]
    strands = TwoStrands(convolutions(4, widths), convolutions(4, widths))
    joint = convolutions(2 * n, inner * config.joint_layers)
    n_flat = config.window_bp * n
    dense = mlp(n_flat, config.dense, "lad", _TENSORFLOW, dropout=config.dropout)
    return [strands, *joint, Flatten(channels_first=False), *dense], config.dense[-1]


VAISHNAV_CNN = ModelKind(
    name="vaishnav_cnn",
    summary="Convolutions on each strand, then on both: expression from a yeast promoter of 80 bp.",
    build=partial(WindowModel, make_layers=layers, framework=_TENSORFLOW),
    config_class=VaishnavCnnConfig,
    defaults={},
    trainer="loop",
    source="Vaishnav et al. 2022, doi:10.1038/s41586-022-04506-6; 1edv/evolution",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 5,
        "batch_size": 1024,
        "optimizer": "adam",
        "learning_rate": 0.0005,
        "reverse_complement": False,
        "loss": "mse",
        "select": "valid_loss",
    },
    variants={"wide": {"inner_width": 30}},
    deviations=(
        "The published kernels behind the first stand across an image one base high, so that one of their 30 "
        "taps ever meets a value: each reads one position, as here. The 9,502,720 idle values of the others "
        "are left out, which leaves 7,665,921 of 17,168,641; variant wide reads 30 positions with them all.",
        "The published loss adds 1e-4 times the mean size of the weights; it is left out.",
        "Five epochs are of 30 million promoters: smaller tables need more.",
        "A window is 17 bp, the promoter of 80 bp, and 13 bp; shorter ones are padded on the left "
        "(flanks and pad: left of the table).",
    ),
)
