"""DanQ: a convolution and a bidirectional LSTM; ``danq`` in ``MODELS``.

Source: Quang, Xie 2016, doi:10.1093/nar/gkw226; uci-cbcl/DanQ, idea only.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from torch import Tensor, nn

from senformer.model.blocks.bilstm import BiLstm
from senformer.model.blocks.block import ConvBlock, DenseBlock, out_length
from senformer.model.blocks.drop import Drop
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS, Framework
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, ChromatinConfig, Rate, Size
from senformer.model.window_model import WindowModel


class DanqConfig(ChromatinConfig):
    """Sizes of DanQ.

    Attributes
    ----------
    channels, width, pool
        Of the convolution, its width, and the factor of the pooling behind it.
    hidden
        Of the LSTM, in each direction.
    dropout, last_dropout
        Rates behind the pooling and behind the LSTM.
    dense
        Size of the fully connected layer.
    """

    channels: Size = 320
    width: Size = 26
    pool: Size = 13
    hidden: Size = 320
    dropout: Rate = 0.2
    last_dropout: Rate = 0.5
    dense: Size = 925


def _uniform_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return nn.init.uniform_(weight, -0.05, 0.05)


_OLD_KERAS = replace(KERAS, weight=_uniform_)


def layers(
    config: DanqConfig, convolution: Framework = _OLD_KERAS, framework: Framework = KERAS
) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out.

    Parameters
    ----------
    config
        Sizes.
    convolution, framework
        Initial values of the convolution, and of the dense layer.
    """
    conv = ConvBlock(
        4, config.channels, config.width, "capd", convolution, pool=config.pool, dropout=config.dropout
    )
    n_flat = out_length([conv], config.window_bp) * 2 * config.hidden
    lstm = BiLstm(config.channels, config.hidden)
    dense = DenseBlock(n_flat, config.dense, "la", framework)
    return [conv, lstm, Drop(config.last_dropout), Flatten(channels_first=False), dense], config.dense


build = partial(WindowModel, make_layers=layers, framework=KERAS)

RECIPE: dict[str, Any] = {
    **PLAIN_RECIPE,
    "epochs": 60,
    "batch_size": 100,
    "optimizer": "rmsprop",
    "optimizer_options": {"alpha": 0.9},
    "eps": 1e-3,
    "learning_rate": 0.001,
    "loss": "binary_cross_entropy",
    "select": "valid_loss",
    "stop": {"metric": "valid_loss", "patience": 5},
}
DEVIATIONS = (
    "RMSprop divided by sqrt(a + 1e-6), a the mean square of the gradient; here by sqrt(a) + 1e-3, at most "
    "sqrt(2) times as much.",
    "Each gate of the LSTM drew its initial weights by itself; here the four of a direction are one matrix, "
    "as in later Keras.",
    "Gates are logistic functions here, in the Keras of then their piecewise linear form.",
    "Theano turned kernels round: those of published weights are flipped along both axes.",
    "Channels are A, C, G, T here and A, G, C, T in published weights.",
    "Each bin comes on both strands in the published training data; here it is turned at random.",
)

DANQ = ModelKind(
    name="danq",
    summary="A wide convolution and a bidirectional LSTM: 919 chromatin features of the middle of 1,000 bp.",
    build=build,
    config_class=DanqConfig,
    defaults={},
    trainer="loop",
    source="Quang, Xie 2016, doi:10.1093/nar/gkw226; uci-cbcl/DanQ",
    interpretation="Kernels as motifs.",
    recipe=RECIPE,
    deviations=DEVIATIONS,
)
