"""DeepSEA: chromatin features of 200 bp from 1,000 bp; ``deepsea`` in ``MODELS``.

Source: Zhou, Troyanskaya 2015, doi:10.1038/nmeth.3547; published training code (Torch7), idea only.
"""

import itertools
from functools import partial

from pydantic import Field
from torch import nn

from senformer.model.blocks.block import ConvBlock, DenseBlock, out_length
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import TORCH
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, ChromatinConfig, Rate, Size, Sizes
from senformer.model.window_model import WindowModel


class DeepSeaConfig(ChromatinConfig):
    """Sizes of DeepSEA.

    Attributes
    ----------
    channels, width, pool
        Of the blocks of convolution, their width, and the factor of the pooling in all but the last block.
    dropout, last_dropout
        Rates of the blocks, and of the last of them.
    dense
        Size of the fully connected layer.
    """

    channels: Sizes = Field(default_factory=lambda: [320, 480, 960])
    width: Size = 8
    pool: Size = 4
    dropout: Rate = 0.2
    last_dropout: Rate = 0.5
    dense: Size = 925


def layers(config: DeepSeaConfig, orders: tuple[str, str] = ("capd", "cad")) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out.

    Parameters
    ----------
    config
        Sizes.
    orders
        Steps of every block of convolution, and of the last.
    """
    *pairs, last = itertools.pairwise([4, *config.channels])
    convs = [
        ConvBlock(*pair, config.width, orders[0], TORCH, pool=config.pool, dropout=config.dropout)
        for pair in pairs
    ]
    convs.append(ConvBlock(*last, config.width, orders[1], TORCH, dropout=config.last_dropout))
    n_flat = out_length(convs, config.window_bp) * config.channels[-1]
    return [*convs, Flatten(channels_first=True), DenseBlock(n_flat, config.dense, "la", TORCH)], config.dense


DEEPSEA = ModelKind(
    name="deepsea",
    summary="Three convolutions and a dense layer: 919 chromatin features of the middle 200 of 1,000 bp.",
    build=partial(WindowModel, make_layers=layers, framework=TORCH),
    config_class=DeepSeaConfig,
    defaults={},
    trainer="loop",
    source="Zhou, Troyanskaya 2015, doi:10.1038/nmeth.3547",
    interpretation="In-silico mutagenesis.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 100,
        "batch_size": 16,
        "optimizer": "sgd",
        "optimizer_options": {"momentum": 0.9, "dampening": 0.9},
        "learning_rate": 1.0,
        "schedule": "inverse_time",
        "schedule_options": {"decay": 8e-7},
        "weight_decay": 1e-6,
        "decay_all": True,
        "max_norm": 0.9,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
        # 300 rounds of 110,000 samples, of 2.2 million bins.
        "stop": {"metric": "valid_loss", "patience": 15},
    },
    variants={"training_code": {"dense": 919}},
    deviations=(
        "The dense layer has 925 units in the supplement and in the released weights, as here, 919 in the "
        "training code: dense: 919.",
        "Channels are A, C, G, T here and A, G, C, T in published weights.",
        "Its Threshold(0, 1e-6) is a ReLU here: outputs below 0 are 0, not 1e-6.",
        "The L1 penalty of 1e-8 on the last hidden layer, off by default in the training code, is left out.",
        "Each bin comes on both strands in the published training data; here it is turned at random.",
    ),
)
