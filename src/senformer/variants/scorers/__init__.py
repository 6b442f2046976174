"""Scorers of variant effects: one file each, one line each in ``SCORERS``."""

from senformer.variants.scorer import DOMAINS, KINDS, Prediction, Scorer
from senformer.variants.scorers.active_sum import ACTIVE_SUM
from senformer.variants.scorers.d1 import D1
from senformer.variants.scorers.d2 import D2
from senformer.variants.scorers.diff_log2_sum import DIFF_LOG2_SUM
from senformer.variants.scorers.diff_mean import DIFF_MEAN
from senformer.variants.scorers.diff_sum_log2 import DIFF_SUM_LOG2
from senformer.variants.scorers.js import JS
from senformer.variants.scorers.jsd import jsd
from senformer.variants.scorers.log_odds import log_odds
from senformer.variants.scorers.logfc import logfc
from senformer.variants.scorers.logsad import LOG_SAD
from senformer.variants.scorers.logsed import LOG_SED
from senformer.variants.scorers.sad import SAD
from senformer.variants.scorers.sar import SAR
from senformer.variants.scorers.sax import SAX
from senformer.variants.scorers.sed import SED
from senformer.variants.scorers.sqrtsad import SQRT_SAD

SCORERS: dict[str, Scorer] = {
    "SAD": SAD,
    "SAR": SAR,
    "logSAD": LOG_SAD,
    "sqrtSAD": SQRT_SAD,
    "SAX": SAX,
    "D1": D1,
    "D2": D2,
    "JS": JS,
    "SED": SED,
    "logSED": LOG_SED,
    "DIFF_LOG2_SUM": DIFF_LOG2_SUM,
    "DIFF_SUM_LOG2": DIFF_SUM_LOG2,
    "DIFF_MEAN": DIFF_MEAN,
    "ACTIVE_SUM": ACTIVE_SUM,
    "logfc": logfc,
    "jsd": jsd,
    "log_odds": log_odds,
}

__all__ = ["DOMAINS", "KINDS", "SCORERS", "Prediction", "Scorer"]
