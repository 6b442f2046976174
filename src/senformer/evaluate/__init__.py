"""How good predictions are: metrics over a held-out split."""

from senformer.evaluate.evaluate import evaluate

__all__ = ["evaluate"]
