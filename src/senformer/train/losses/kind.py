"""What a loss is here: a row of ``LOSSES``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor


def entries(targets: np.ndarray) -> int:
    """Return how many entries are measured."""
    return int(np.count_nonzero(~np.isnan(targets)))


def profiles(targets: np.ndarray) -> int:
    """Return how many profiles, a window and track each, have a measured bin."""
    return int(np.count_nonzero(~np.isnan(targets).all(axis=1)))


@dataclass(frozen=True)
class Loss:
    """A loss, ``function(prediction, target, weight, example_weight, **options)``, and what it asks for.

    Attributes
    ----------
    function
        Returns a scalar.
    mean_of
        Counts, in targets (window, bin, track), the values that the loss is the mean of; None where it
        compares a whole batch, of which parts say nothing.
    is_of_counts
        Whether it is a likelihood of counts: a negative target has none.
    is_of_labels
        Whether targets are labels, 0 to 1, and a model's outputs log odds; positives may have weights.
    is_of_log_rates
        Whether a model's outputs are the logarithms of its predictions, which may be too small for a rate.
    activations
        Under which a model's outputs are what it reads; None for any.
    """

    function: Callable[..., Tensor]
    mean_of: Callable[[np.ndarray], int] | None
    is_of_counts: bool = False
    is_of_labels: bool = False
    is_of_log_rates: bool = False
    activations: frozenset[str] | None = None

    def __call__(self, *values: Any, **options: Any) -> Tensor:
        """Return the loss."""
        return self.function(*values, **options)
