"""Waiting for a better validation: the best value so far, and how many have come since."""

from collections.abc import Mapping
from typing import Any

from senformer.core.config import Config


class Watch(Config):
    """What is watched, and when it counts as better.

    Attributes
    ----------
    metric
        Key of validation.
    is_lower_better
        Which way it improves.
    min_delta
        By how much a value must beat the best.
    """

    metric: str
    is_lower_better: bool = False
    min_delta: float = 0.0

    def is_better(self, value: float, best: float | None) -> bool:
        """Say whether a value beats the best so far."""
        if best is None:
            return True
        gain = best - value if self.is_lower_better else value - best
        return gain > self.min_delta


def wait(state: Mapping[str, Any] | None, value: float | None, watch: Watch) -> dict[str, Any]:
    """Return ``best`` and ``waited`` after another validation; one without a value is none that is better.

    A state of another metric counts for nothing.

    Examples
    --------
    >>> watch = Watch(metric="valid_loss", is_lower_better=True)
    >>> wait({"metric": "valid_loss", "best": 0.5, "waited": 0}, 0.7, watch)
    {'metric': 'valid_loss', 'best': 0.5, 'waited': 1}
    """
    best, waited = None, 0
    if state is not None and state["metric"] == watch.metric:
        best, waited = state["best"], state["waited"]
    is_better = value is not None and watch.is_better(value, best)
    return {
        "metric": watch.metric,
        "best": value if is_better else best,
        "waited": 0 if is_better else waited + 1,
    }
