"""MENTR: is a start transcribed, from what Beluga predicts along 200 kb around it; ``mentr`` in ``MODELS``.

Source: Koido et al. 2023, doi:10.1038/s41551-022-00961-8; koido/MENTR, idea only.
"""

from functools import partial
from typing import Literal

from pydantic import Field
from torch import nn

from senformer.model.blocks.calibrated_trees import CalibratedTrees, TreeSizes
from senformer.model.blocks.framework import KERAS
from senformer.model.distance_model import DistanceModel
from senformer.model.fields import Heads
from senformer.model.kind import ModelKind
from senformer.model.window_config import Count, Size
from senformer.model.zoo.expecto import ExpectoConfig, layers


class MentrConfig(ExpectoConfig):
    """Sizes of MENTR: those of ExPecto, and of its trees.

    Attributes
    ----------
    window_bp
        1,000 bins of 200 bp, the start between the middle two, and beside them what the bank reads further.
    sides
        Off: bins before and behind the start count alike.
    n_trees, depth, n_knots
        Trees of a track, splits above a leaf, and knots of its calibration; fitting sets them.
    """

    window_bp: Size = 201_800
    heads: Heads = Field(default_factory=lambda: {"samples": 347}, min_length=1, max_length=1)
    activation: Literal["sigmoid"] = "sigmoid"
    sides: bool = False
    n_trees: Count = 0
    depth: int = Field(default=0, ge=0, le=8)
    n_knots: Count = 0


def _head(config: MentrConfig, n_in: int, n_tracks: int) -> nn.Module:
    return CalibratedTrees(n_tracks, TreeSizes(config.n_trees, config.depth, config.n_knots))


MENTR = ModelKind(
    name="mentr",
    summary="Beluga's predictions in 1,000 bins around a start; boosted trees say if it is transcribed.",
    build=partial(DistanceModel, make_layers=layers, framework=KERAS, make_head=_head),
    config_class=MentrConfig,
    defaults={},
    trainer="fit",
    source="Koido et al. 2023, doi:10.1038/s41551-022-00961-8; koido/MENTR",
    interpretation="In-silico mutagenesis.",
    recipe={"learning_rate": 0.01, "max_depth": 4, "l2": 50.0, "rounds": 500, "patience": 10, "seed": 12345},
    deviations=(
        "The published trees are those of xgboost 0.72.1; here they are those of scikit-learn's "
        "HistGradientBoostingClassifier, whose splits lie between at most 255 bins of a feature.",
        "There is no L1: the published file names say alpha 1, the script's default is 0.",
        "xgboost begins at probability 0.5, scikit-learn at the share of ones among the training rows.",
        "A leaf holds at least 4 rows: what xgboost's least weight of 1 comes to at a probability of 0.5.",
        "Rows of the valid split stop and calibrate the trees; without one it is a fifth of the train split, "
        "drawn from the seed, as published.",
        "Trees have no gradient: attributions come from in-silico mutagenesis, as published.",
    ),
)
