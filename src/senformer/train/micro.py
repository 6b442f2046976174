"""A batch in parts that are computed one after another, and how much each counts in the whole."""

from collections.abc import Callable

import numpy as np

from senformer.dataset.batch import Batch
from senformer.train.losses import LOSSES
from senformer.train.losses.kind import entries


def split_batch(batch: Batch, n_parts: int) -> list[Batch]:
    """Return a batch as ``n_parts`` runs of its examples, equally long."""
    if n_parts == 1:
        return [batch]
    each = len(batch.sequence) // n_parts
    return [_part(batch, slice(i * each, (i + 1) * each)) for i in range(n_parts)]


def _part(batch: Batch, ours: slice) -> Batch:
    inputs = {name: array[ours] for name, array in batch.inputs.items()}
    weights = None if batch.weights is None else batch.weights[ours]
    return Batch(batch.sequence[ours], batch.targets[ours], batch.windows[ours], inputs, weights)


def mean_counts(loss: str) -> Callable[[np.ndarray], int]:
    """Return what counts the values that a loss is the mean of; measured entries for one of a whole batch."""
    return LOSSES[loss].mean_of or entries


def shares(parts: list[Batch], loss: str) -> list[float]:
    """Return by what the mean loss of each part enters that of the whole batch; they add up to 1.

    Where nothing is measured all are 0.
    """
    if len(parts) == 1:
        return [1.0]
    counts = [mean_counts(loss)(part.targets) for part in parts]
    return [count / max(1, sum(counts)) for count in counts]
