"""TBiNet: DanQ with attention over positions; ``tbinet`` in ``MODELS``.

Source: Park et al. 2020, doi:10.1038/s41598-020-70218-4; dmis-lab/tbinet, idea only.
"""

from functools import partial

from pydantic import Field
from torch import nn

from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.position_attention import PositionAttention
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import PLAIN_RECIPE, Size
from senformer.model.window_model import WindowModel
from senformer.model.zoo.danq import DanqConfig
from senformer.model.zoo.danq import layers as danq_layers


class TbinetConfig(DanqConfig):
    """Sizes of TBiNet, by the keys of DanQ."""

    heads: Heads = Field(default_factory=lambda: {"human": 690}, min_length=1)
    dense: Size = 695


def layers(config: TbinetConfig) -> tuple[list[nn.Module], int]:
    """Return the layers, and how many values come out."""
    (conv, *rest), n_wide = danq_layers(config, KERAS)
    return [conv, PositionAttention(config.channels, KERAS), *rest], n_wide


TBINET = ModelKind(
    name="tbinet",
    summary="DanQ with attention over positions before the LSTM: binding of 690 factors in 1,000 bp.",
    build=partial(WindowModel, make_layers=layers, framework=KERAS),
    config_class=TbinetConfig,
    defaults={},
    trainer="loop",
    source="Park et al. 2020, doi:10.1038/s41598-020-70218-4; dmis-lab/tbinet",
    interpretation="Kernels as motifs; attention weights.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 60,
        "batch_size": 100,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "eps": 1e-7,
        "loss": "binary_cross_entropy",
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 5},
    },
    deviations=(
        "Trained on the 690 transcription factors among the 919 labels of DeepSEA.",
        "Channels are A, C, G, T here and A, G, C, T in the published training data.",
        "Each bin comes on both strands in the published training data; here it is turned at random.",
        "Gates of the LSTM are logistic functions here, in the Keras of then their piecewise linear form.",
    ),
)
