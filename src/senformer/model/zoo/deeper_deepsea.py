"""The deeper DeepSEA of Selene, with batch normalization; ``deeper_deepsea`` in ``MODELS``.

Source: Chen et al. 2019, doi:10.1038/s41592-019-0360-8; FunctionLab/selene (BSD-3), idea only.
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


class DeeperDeepSeaConfig(ChromatinConfig):
    """Sizes of the deeper DeepSEA.

    Attributes
    ----------
    channels, width, pool
        Of the pairs of convolutions, their width, and the factor of the pooling in all but the last pair.
    dropout
        Rate behind each pair but the first.
    dense
        Size of the fully connected layer; by default the number of outputs.
    """

    channels: Sizes = Field(default_factory=lambda: [320, 480, 960])
    width: Size = 8
    pool: Size = 4
    dropout: Rate = 0.2
    dense: Size = Field(default_factory=lambda known: sum(known["heads"].values()))


def layers(config: DeeperDeepSeaConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    pairs = list(itertools.pairwise([4, *config.channels]))
    orders = ["cacapb", *["cacapbd"] * (len(pairs) - 2), "cacabd"][-len(pairs) :]
    convs = [
        ConvBlock(*pair, config.width, order, TORCH, pool=config.pool, dropout=config.dropout)
        for pair, order in zip(pairs, orders, strict=True)
    ]
    n_flat = out_length(convs, config.window_bp) * config.channels[-1]
    dense = DenseBlock(n_flat, config.dense, "lab", TORCH)
    return [*convs, Flatten(channels_first=True), dense], config.dense


DEEPER_DEEPSEA = ModelKind(
    name="deeper_deepsea",
    summary="DeepSEA with twice the convolutions and batch normalization, as Selene has it.",
    build=partial(WindowModel, make_layers=layers, framework=TORCH),
    config_class=DeeperDeepSeaConfig,
    defaults={},
    trainer="loop",
    source="Chen et al. 2019 (Selene), doi:10.1038/s41592-019-0360-8; FunctionLab/selene",
    recipe={
        **PLAIN_RECIPE,
        "steps": 960_000,
        "batch_size": 64,
        "optimizer": "sgd",
        "optimizer_options": {"momentum": 0.9},
        "learning_rate": 0.08,
        "weight_decay": 1e-6,
        "decay_all": True,
        "schedule": "plateau",
        "schedule_options": {"metric": "valid_loss", "factor": 0.8, "patience": 17},
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
        "validate_every_steps": 64_000,
    },
    variants={"one_target": {"heads": {"human": 1}}},
    deviations=(
        "The rate falls at the 17th validation without a lower loss, which Selene rounds up to thousandths; "
        "in 960,000 steps there are 15. Without a valid split: schedule: constant, validate_every_steps: "
        "null and select: valid_pearson, which is the default.",
        "Unknown bases are zeros here, 0.25 of each base in Selene.",
    ),
)
