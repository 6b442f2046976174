"""A batch in parts that are computed one after another, and how much each counts in the whole."""

from collections.abc import Callable, Mapping

import numpy as np

from senformer.dataset.batch import Batch


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


def _entries(targets: np.ndarray) -> int:
    return int(np.count_nonzero(~np.isnan(targets)))


def _profiles(targets: np.ndarray) -> int:
    return int(np.count_nonzero(~np.isnan(targets).all(axis=1)))


# What a loss is the mean of. Those that are absent compare a whole batch: parts of it say nothing of it.
MEAN_OF: Mapping[str, Callable[[np.ndarray], int]] = {
    "binary_cross_entropy": _entries,
    "mse": _entries,
    "multinomial_mse": _profiles,
    "poisson": _entries,
    "poisson_multinomial": _profiles,
}


def mean_counts(loss: str) -> Callable[[np.ndarray], int]:
    """Return what counts the values that a loss is the mean of; measured entries for one of a whole batch."""
    return MEAN_OF.get(loss, _entries)


def shares(parts: list[Batch], loss: str) -> list[float]:
    """Return by what the mean loss of each part enters that of the whole batch; they add up to 1.

    Where nothing is measured all are 0.
    """
    if len(parts) == 1:
        return [1.0]
    counts = [MEAN_OF[loss](part.targets) for part in parts]
    return [count / max(1, sum(counts)) for count in counts]
