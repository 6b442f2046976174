"""DeepFun: Basset on thousands of profiles; ``deepfun`` in ``MODELS``.

Source: Pei et al. 2021, doi:10.1093/nar/gkaa1137 and doi:10.1093/nar/gkab429; bsml320/DeepFun, idea only.
"""

from functools import partial

from pydantic import Field

from senformer.model.blocks.framework import TORCH
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_model import WindowModel
from senformer.model.zoo.basset import BASSET, BassetConfig, layers


class DeepFunConfig(BassetConfig):
    """Sizes of DeepFun, by the keys of Basset."""

    heads: Heads = Field(default_factory=lambda: {"human": 3451}, min_length=1)


DEEPFUN = ModelKind(
    name="deepfun",
    summary="Basset on 3,451 profiles of accessibility, histone marks and CTCF, or on 4,428 of factors.",
    build=partial(WindowModel, make_layers=layers, framework=TORCH),
    config_class=DeepFunConfig,
    defaults={},
    trainer="loop",
    source="Pei et al. 2021, doi:10.1093/nar/gkaa1137; bsml320/DeepFun",
    recipe=BASSET.recipe,
    variants={
        "factors": {"heads": {"human": 4428}},
        "long": {"window_bp": 1000},
        "long_factors": {"window_bp": 1000, "heads": {"human": 4428}},
    },
    deviations=(
        "Neither paper nor code gives its window and layers, only that it follows Basset: they are Basset's, "
        "600 bp; 1,000 bp are the variants long and long_factors.",
        *BASSET.deviations[1:],
    ),
)
