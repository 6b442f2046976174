"""Scorers of variant effects: one file each, one line each in ``SCORERS``."""

from senformer.variants.scorer import Prediction, Scorer
from senformer.variants.scorers.sad import SAD
from senformer.variants.scorers.sar import SAR

SCORERS: dict[str, Scorer] = {
    "SAD": SAD,
    "SAR": SAR,
}

__all__ = ["SCORERS", "Prediction", "Scorer"]
