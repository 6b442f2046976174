"""The transformer of yeast promoters of Vaishnav et al.; ``vaishnav_transformer`` in ``MODELS``.

Source: Vaishnav et al. 2022, doi:10.1038/s41586-022-04506-6; 1edv/evolution (MIT), idea only.
"""

from dataclasses import replace
from functools import partial

from pydantic import Field
from torch import Tensor, nn

from senformer.model.blocks.batch_norm import BatchNorm
from senformer.model.blocks.bilstm import BiLstm
from senformer.model.blocks.block import ConvBlock, mlp
from senformer.model.blocks.drop import Drop, SharedDrop
from senformer.model.blocks.encoder_layer import EncoderLayer
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.strand_conv import StrandConv
from senformer.model.blocks.two_directions import DIRECTIONS
from senformer.model.fields import Heads
from senformer.model.initializers import glorot_normal_, variance_scaling_
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Rate, Size, Sizes, WindowConfig
from senformer.model.window_model import WindowModel


class VaishnavTransformerConfig(WindowConfig):
    """Sizes of the transformer.

    Attributes
    ----------
    motif_channels, channels, width
        Of the convolution on the strands, of those on both together, and the width of all.
    n_convs, n_attention
        Convolutions behind the one that joins the strands, and layers of attention.
    n_heads
        Of attention; also its inner units, and the units of the LSTM in each direction.
    dense, dropout
        Sizes of the fully connected layers, and the rate of every dropout.
    """

    window_bp: Size = 110
    heads: Heads = Field(default_factory=lambda: {"yeast": 1}, min_length=1)
    motif_channels: Size = 256
    channels: Size = 128
    width: Size = 30
    n_convs: Size = 2
    n_attention: Size = 2
    n_heads: Size = 8
    dense: Sizes = Field(default_factory=lambda: [128, 128])
    dropout: Rate = 0.2


def _he_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    variance_scaling_(weight, fan_in)
    return weight


_HE = replace(KERAS, weight=_he_)
_GLOROT = replace(KERAS, weight=glorot_normal_)


def _lstm(config: VaishnavTransformerConfig) -> BiLstm:
    """Return the LSTM; the weights of its inputs begin as those of the other layers."""
    lstm = BiLstm(config.channels, config.n_heads)
    for direction in DIRECTIONS:
        variance_scaling_(lstm.get_parameter(f"{direction}_inputs"), config.channels)
    return lstm


def layers(config: VaishnavTransformerConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    both = 2 * config.motif_channels
    strands = [StrandConv(config.motif_channels, config.width, _HE), BatchNorm(both, _HE.eps, _HE.momentum)]
    convs = [
        ConvBlock(n_in, config.channels, config.width, "cba", _HE, padding="same", bias=False)
        for n_in in [both, *[config.channels] * config.n_convs]
    ]
    attention = [
        EncoderLayer(config.channels, config.n_heads, config.n_heads, _GLOROT, dropout=config.dropout)
        for _ in range(config.n_attention)
    ]
    lstm = [SharedDrop(config.dropout), _lstm(config), Drop(config.dropout)]
    n_flat = config.window_bp * 2 * config.n_heads
    dense = mlp(n_flat, config.dense, "lad", _HE, dropout=config.dropout)
    flat = Flatten(channels_first=False)
    return [*strands, nn.ReLU(), *convs, *attention, *lstm, flat, *dense], config.dense[-1]


VAISHNAV_TRANSFORMER = ModelKind(
    name="vaishnav_transformer",
    summary="Kernels on both strands, attention and an LSTM: expression from a yeast promoter of 80 bp.",
    build=partial(WindowModel, make_layers=layers, framework=_HE),
    config_class=VaishnavTransformerConfig,
    defaults={},
    trainer="loop",
    source="Vaishnav et al. 2022, doi:10.1038/s41586-022-04506-6; 1edv/evolution",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 100,
        "batch_size": 1024,
        "optimizer": "rmsprop",
        "optimizer_options": {"alpha": 0.9},
        "eps": 1e-5,
        "learning_rate": 0.001,
        # Twice the published penalty, whose gradient it is.
        "weight_decay": 2e-4,
        "reverse_complement": False,
        "loss": "mse",
        "select": "valid_loss",
    },
    deviations=(
        "RMSprop divided by sqrt(a + 1e-10), a the mean square of the gradient; here by sqrt(a) + 1e-5.",
        "A window is 17 bp, the promoter of 80 bp, and 13 bp; shorter ones are padded on the left "
        "(flanks and pad: left of the table).",
    ),
)
