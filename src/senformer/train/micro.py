"""A batch in parts that are computed one after another, and how much each counts in the whole."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

from senformer.dataset.batch import Batch
from senformer.train.losses import LOSSES
from senformer.train.losses.kind import entries
from senformer.train.team import Team


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


def shares(parts: Mapping[str, list[Batch]], loss: str, team: Team) -> dict[str, list[float]]:
    """Return by what the mean loss of each part enters that of its organism's whole batch.

    Over the parts of all processes they add up to 1; where nothing is measured all are 0.
    """
    if team.size == 1 and all(len(own) == 1 for own in parts.values()):
        return {organism: [1.0] for organism in parts}
    counts = {organism: [mean_counts(loss)(part.targets) for part in own] for organism, own in parts.items()}
    totals = team.sum(torch.tensor([sum(own) for own in counts.values()])).tolist()
    return {
        organism: [count / max(1, total) for count in own]
        for (organism, own), total in zip(counts.items(), totals, strict=True)
    }
