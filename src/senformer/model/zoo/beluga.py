"""Beluga, the deeper DeepSEA of ExPecto: 2,002 chromatin features from 2,000 bp; ``beluga`` in ``MODELS``.

Source: Zhou et al. 2018, doi:10.1038/s41588-018-0160-6; FunctionLab/ExPecto, idea only.
"""

from functools import partial

from pydantic import Field

from senformer.model.blocks.framework import TORCH
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import Size, Sizes
from senformer.model.window_model import WindowModel
from senformer.model.zoo.deepsea import DEEPSEA, DeepSeaConfig, layers


class BelugaConfig(DeepSeaConfig):
    """Sizes of Beluga, by the keys of DeepSEA; a block has two convolutions."""

    window_bp: Size = 2000
    heads: Heads = Field(default_factory=lambda: {"human": 2002}, min_length=1)
    channels: Sizes = Field(default_factory=lambda: [320, 480, 640])
    dense: Size = 2003


BELUGA = ModelKind(
    name="beluga",
    summary="DeepSEA with pairs of convolutions: 2,002 chromatin features in the middle of 2,000 bp.",
    build=partial(WindowModel, make_layers=partial(layers, orders=("cacadp", "cacad")), framework=TORCH),
    config_class=BelugaConfig,
    defaults={},
    trainer="loop",
    source="Zhou et al. 2018 (ExPecto), doi:10.1038/s41588-018-0160-6; FunctionLab/ExPecto",
    recipe=DEEPSEA.recipe,
    deviations=(
        "Its training code was not released: the recipe is that of DeepSEA.",
        "The published labels are of the middle 200 bp, no odd share of 2,000; the bin here is 400 bp.",
        "Channels are A, C, G, T here and A, G, C, T in published weights.",
    ),
)
