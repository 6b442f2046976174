"""AgentBind: DanQ or DeepSEA, trained on many labels, then on one factor; ``agentbind`` in ``MODELS``.

Source: Zheng et al. 2021, doi:10.1038/s42256-020-00282-y; Pandaman-Ryan/AgentBind, idea only.
"""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator
from torch import Tensor, nn

from senformer.model.blocks.block import ConvBlock, DenseBlock, out_length
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.framework import KERAS
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, ChromatinConfig, Rate, Size, Sizes
from senformer.model.window_model import WindowModel
from senformer.model.zoo import danq


class AgentBindConfig(ChromatinConfig):
    """Sizes of AgentBind.

    Attributes
    ----------
    body
        ``danq``, one convolution and an LSTM, or ``deepsea``, convolutions with batch normalization.
    channels, width, pool
        Of the convolutions, their width, and the factor of the pooling, in all but the last of ``deepsea``.
    hidden
        Of the LSTM of ``danq``, in each direction.
    dropout, last_dropout
        Rates behind the convolutions, and behind the LSTM or the last convolution.
    dense
        Size of the fully connected layer.
    """

    READ_UNDER: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {"hidden": ("body", ("danq",))}

    heads: Heads = Field(default_factory=lambda: {"human": 1}, min_length=1)
    body: Literal["danq", "deepsea"] = "danq"
    channels: Sizes = Field(default_factory=lambda known: [320, 480, 960][: 1 if _is_danq(known) else 3])
    width: Size = Field(default_factory=lambda known: 26 if _is_danq(known) else 8)
    pool: Size = Field(default_factory=lambda known: 13 if _is_danq(known) else 4)
    hidden: Size = 320
    dropout: Rate = 0.2
    last_dropout: Rate = 0.5
    dense: Size = 925

    @model_validator(mode="after")
    def _check_channels(self) -> "AgentBindConfig":
        if self.body == "danq" and len(self.channels) > 1:
            raise ValueError(f"body danq has one convolution, channels names {len(self.channels)}")
        return self


def _is_danq(known: dict) -> bool:
    return known.get("body") == "danq"


def _normal_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    return nn.init.trunc_normal_(weight, std=0.01, a=-0.02, b=0.02)


_TENSORFLOW = replace(KERAS, weight=_normal_)


def layers(config: AgentBindConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    if config.body == "danq":
        sizes = config.model_dump(exclude={"body", "channels"}) | {"channels": config.channels[0]}
        return danq.layers(danq.DanqConfig(**sizes), _TENSORFLOW, _TENSORFLOW)
    *pairs, last = itertools.pairwise([4, *config.channels])
    convs = [
        ConvBlock(
            *pair,
            config.width,
            "cbapd",
            _TENSORFLOW,
            padding="same",
            pool=config.pool,
            ceil=True,
            dropout=config.dropout,
        )
        for pair in pairs
    ]
    convs.append(
        ConvBlock(*last, config.width, "cbad", _TENSORFLOW, padding="same", dropout=config.last_dropout)
    )
    n_flat = out_length(convs, config.window_bp) * config.channels[-1]
    dense = DenseBlock(n_flat, config.dense, "lba", _TENSORFLOW)
    return [*convs, Flatten(channels_first=False), dense], config.dense


_OF_DEEPSEA: dict[str, Any] = {
    "learning_rate": 0.01,
    "schedule_options": {"metric": "valid_loss", "factor": 0.1, "patience": 10, "min_rate": 1e-4},
}

AGENTBIND = ModelKind(
    name="agentbind",
    summary="DanQ or a normalized DeepSEA for one factor: trained on many labels first, then fine-tuned.",
    build=partial(WindowModel, make_layers=layers, framework=_TENSORFLOW),
    config_class=AgentBindConfig,
    defaults={},
    trainer="loop",
    source="Zheng et al. 2021, doi:10.1038/s42256-020-00282-y; Pandaman-Ryan/AgentBind",
    interpretation="Grad-CAM times gradient.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 100,
        "batch_size": 128,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "schedule": "plateau",
        "schedule_options": {"metric": "valid_loss", "factor": 0.1, "patience": 10, "min_rate": 1e-5},
        "weight_decay": 5e-7,
        "ema": 0.999,
        "ema_warmup": True,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
    },
    variants={
        "danq": {"body": "danq"},
        "deepsea": {"body": "deepsea"},
        "danq_pretraining": {"body": "danq", "heads": {"human": 919}},
        "deepsea_pretraining": {"body": "deepsea", "heads": {"human": 919}},
    },
    variant_recipes={"deepsea": _OF_DEEPSEA, "deepsea_pretraining": _OF_DEEPSEA},
    deviations=(
        "The published L1 term of 1e-8 computes an L2 norm; it is left out here, and weight_decay: 5.1e-7 "
        "does what it did.",
        "For a factor the published code drew the fully connected layer anew and kept the others' weights; "
        "fine-tuning here draws heads anew (heads: new) and keeps the rest.",
        "The average of the weights begins with smaller shares: a short training forgets how it began.",
        "Training ended where the rate reached its smallest; here the best validation is kept.",
        "Pooling of deepsea begins at the first position and keeps a shorter last window; in TensorFlow it "
        "began one position before the first.",
        "Both strands are rows of the published training data; here rows are turned at random.",
    ),
)
