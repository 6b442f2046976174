"""Metrics of predictions against targets: mergeable counts in float64, one kind a file."""

from typing import Any

from senformer.evaluate.metrics.auprc import Auprc
from senformer.evaluate.metrics.auroc import Auroc
from senformer.evaluate.metrics.jsd import Jsd
from senformer.evaluate.metrics.mse import Mse
from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.evaluate.metrics.poisson_d2 import PoissonD2
from senformer.evaluate.metrics.poisson_deviance import PoissonDeviance
from senformer.evaluate.metrics.profile_auprc import ProfileAuprc
from senformer.evaluate.metrics.r2 import R2
from senformer.evaluate.metrics.spearman import Spearman

METRICS: dict[str, Any] = {
    "auprc": Auprc,
    "auroc": Auroc,
    "jsd": Jsd,
    "mse": Mse,
    "pearson": PearsonSums,
    "poisson_d2": PoissonD2,
    "poisson_deviance": PoissonDeviance,
    "profile_auprc": ProfileAuprc,
    "r2": R2,
    "spearman": Spearman,
}
