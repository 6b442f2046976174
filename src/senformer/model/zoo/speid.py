"""SPEID: does an enhancer act on a promoter, from both sequences; ``speid`` in ``MODELS``.

Source: Singh et al. 2019, doi:10.1007/s40484-019-0154-0; ma-compbio/SPEID (MIT), idea only.
"""

from functools import partial

from pydantic import Field
from torch import nn

from senformer.model.blocks.batch_norm import BatchNorm
from senformer.model.blocks.bilstm import BiLstm
from senformer.model.blocks.block import ConvBlock, DenseBlock, out_length
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.drop import Drop
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.pair_model import PairModel
from senformer.model.window_config import PLAIN_RECIPE, Activation, Rate, Size, WindowConfig


class SpeidConfig(WindowConfig):
    """Sizes of SPEID.

    Attributes
    ----------
    window_bp, promoter_bp
        Bases of the enhancer, and of the promoter.
    channels, width, pool
        Of the convolution of each sequence, and the factor of the pooling behind it.
    activates
        Whether a ReLU stands between them.
    hidden
        Of the LSTM over both, in each direction.
    dense
        Size of the fully connected layer.
    dropout, last_dropout
        Rates before the LSTM, and behind it and the dense layer.
    """

    window_bp: Size = 3000
    promoter_bp: Size = 2000
    heads: Heads = Field(default_factory=lambda: {"human": 1}, min_length=1)
    activation: Activation = "sigmoid"
    channels: Size = 200
    width: Size = 40
    pool: Size = 20
    activates: bool = True
    hidden: Size = 50
    dense: Size = 800
    dropout: Rate = 0.25
    last_dropout: Rate = 0.5


def branch(config: SpeidConfig) -> nn.Module:
    """Return the layers of one sequence."""
    order = "cap" if config.activates else "cp"
    return ConvBlock(4, config.channels, config.width, order, KERAS, pool=config.pool)


def layers(config: SpeidConfig) -> tuple[list[nn.Module], int]:
    """Return the layers over both sequences, and how many values come out."""
    n_positions = sum(out_length([branch(config)], n) for n in (config.window_bp, config.promoter_bp))
    norms = [BatchNorm(n, KERAS.eps, KERAS.momentum) for n in (config.channels, 2 * config.hidden)]
    dense = DenseBlock(
        n_positions * 2 * config.hidden, config.dense, "lbad", KERAS, dropout=config.last_dropout
    )
    parts = [
        norms[0],
        Drop(config.dropout),
        BiLstm(config.channels, config.hidden),
        norms[1],
        Drop(config.last_dropout),
        Flatten(channels_first=False),
        dense,
    ]
    return parts, config.dense


def make_head(config: SpeidConfig, n_in: int, n_tracks: int) -> nn.Module:
    """Return a head: its log odds are normalized, too."""
    return nn.Sequential(Dense(n_in, n_tracks, KERAS), BatchNorm(n_tracks, KERAS.eps, KERAS.momentum))


SPEID = ModelKind(
    name="speid",
    summary="A convolution over enhancer and promoter each, an LSTM over both: whether they interact.",
    build=partial(PairModel, make_branch=branch, make_layers=layers, framework=KERAS, make_head=make_head),
    config_class=SpeidConfig,
    defaults={},
    trainer="loop",
    source="Singh et al. 2019, doi:10.1007/s40484-019-0154-0; ma-compbio/SPEID",
    interpretation="Kernels as motifs; occlusion of their instances; in-silico mutagenesis.",
    recipe={
        **PLAIN_RECIPE,
        "reverse_complement": False,
        "epochs": 32,
        "batch_size": 100,
        "optimizer": "adam",
        "learning_rate": 1e-5,
        "eps": 1e-8,
        # A penalty of 0.000001 times the squares.
        "weight_decay": 2e-6,
        "loss": "binary_cross_entropy",
        "export": "last",
    },
    variants={
        "early": {"channels": 1024, "activates": False, "hidden": 100, "dense": 1000},
    },
    deviations=(
        "The penalty is 1e-5 on the convolutions and 1e-6 on dense layers as published, here 1e-6 on all.",
        "The early version had a second stage, 360 epochs on data out of balance with convolutions and LSTM "
        "frozen (finetune: {from: RUN, train: [layers.6, heads]}), and class weights that an integer "
        "division made 1, as here.",
        "Positives stood in the training data twenty times, moved; here as often as the table has them.",
        "Gates are logistic functions here, in the Keras of then their piecewise linear form; Theano turned "
        "kernels round.",
        "Kernels could begin at motifs of JASPAR; here all are drawn.",
        "Pairs were split at random, which leaks: tables split by chromosome instead.",
    ),
)
