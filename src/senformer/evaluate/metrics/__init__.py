"""Metrics of predictions against targets: mergeable counts in float64, one kind a file."""

from typing import Any

from senformer.evaluate.metrics.auprc import Auprc
from senformer.evaluate.metrics.auroc import Auroc
from senformer.evaluate.metrics.pearson import PearsonSums

METRICS: dict[str, Any] = {"auprc": Auprc, "auroc": Auroc, "pearson": PearsonSums}
