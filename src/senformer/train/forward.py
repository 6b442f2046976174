"""One pass over the batches of an update, of one organism or of several together."""

from collections.abc import Mapping

import torch
from torch import Tensor

from senformer.dataset.batch import Batch
from senformer.train.engine import Engine


def losses_of(engine: Engine, batches: Mapping[str, Batch]) -> dict[str, tuple[Tensor, Tensor]]:
    """Return the mean loss of every organism, and how many of its target entries are measured.

    Several organisms go through the trunk as one batch, whose statistics norms take; the loss of a head is
    over the rows of its organism alone.
    """
    given = {organism: engine.tensors(batch) for organism, batch in batches.items()}
    predictions = engine.predict(_joined([inputs for inputs, _ in given.values()]), list(batches))
    found, first = {}, 0
    for organism, batch in batches.items():
        targets = given[organism][1]
        rows = predictions[organism][first : first + len(targets)]
        first += len(targets)
        loss = engine.loss_of(organism, rows, targets, batch)
        found[organism] = (loss, (~targets.isnan()).sum())
    return found


def _joined(parts: list[Tensor | dict[str, Tensor]]) -> Tensor | dict[str, Tensor]:
    """Return the rows of all parts, one part after another."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, Tensor):
        return torch.cat(parts)
    return {name: torch.cat([part[name] for part in parts]) for name in first}
