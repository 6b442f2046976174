"""Metrics of predictions against targets: mergeable sums in float64, one kind a file."""

from senformer.evaluate.metrics.pearson import PearsonSums

METRICS = {"pearson": PearsonSums}
