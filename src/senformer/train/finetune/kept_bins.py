"""What frozen convolutions give, kept by sequence: the costly part of the network runs once for each."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor

from senformer.core.errors import ConfigError
from senformer.model.sequence_model import Inputs, SequenceModel
from senformer.model.trunk_model import TrunkModel, as_trunk
from senformer.train.finetune.freezing import Freezing

_GIB = 1 << 30
_WHERE = "train.finetune.keep_gib"

log = logging.getLogger(__name__)


class KeptBins:
    """Stands in for ``model.bins`` while nothing before the transformer trains; steps aside while it does.

    Sequences are computed one by one, whether they are kept or not, so that the result does not depend on
    what came before, on the other rows of a batch, or on the limit.

    Attributes
    ----------
    n_computed
        Sequences that went through the convolutions.
    """

    def __init__(self, model: TrunkModel, limit_bytes: int) -> None:
        self._model, self._compute, self._limit = model, model.bins, limit_bytes
        self._kept: dict[tuple[bytes, bool], Tensor] = {}
        self._n_bytes, self._is_full = 0, False
        self.n_computed = 0

    def __call__(self, inputs: Inputs) -> Tensor:
        """Return what ``model.bins`` does."""
        if not is_frozen(self._model):
            self._kept, self._n_bytes = {}, 0
            return self._compute(inputs)
        with torch.no_grad():
            return torch.cat([self._row(row) for row in _rows(inputs)])

    def _row(self, row: Inputs) -> Tensor:
        device = self._model.like.device
        key = (_digest(row), torch.is_autocast_enabled(device.type))
        if key in self._kept:
            return self._kept[key].to(device, non_blocking=True)
        found = self._compute(row)
        self.n_computed += 1
        size = found.numel() * found.element_size()
        if self._n_bytes + size <= self._limit:
            self._kept[key] = found.cpu()
            self._n_bytes += size
        elif not self._is_full:
            self._is_full = True
            log.info("keep_gib is full: bins of %d sequences are kept, others run each time", len(self._kept))
        return found


def is_frozen(model: TrunkModel) -> bool:
    """Say whether the modules that make the bins are as they are: no gradient, no statistics, no dropout."""
    for front in model.front:
        if any(parameter.requires_grad for parameter in front.parameters()):
            return False
        for module in front.modules():
            if module.training and next(module.parameters(), None) is not None:
                return False
    return True


@contextmanager
def kept_bins(model: SequenceModel, keep_gib: float | None) -> Iterator[None]:
    """Within this context the model keeps bins of frozen convolutions, up to so much main memory."""
    if keep_gib is None:
        yield
        return
    model = as_trunk(model, _WHERE, "Leave it out.")
    model.bins = KeptBins(model, int(keep_gib * _GIB))  # type: ignore[method-assign]
    try:
        yield
    finally:
        del model.bins


def refuse_idle_keeping(model: SequenceModel, freezing: Freezing, frozen_norms: bool | None) -> None:
    """Raise unless there is a stage in which nothing before the transformer trains.

    Raises
    ------
    ConfigError
        Something does in all of them, or the model has no transformer.
    """
    model = as_trunk(model, _WHERE, "Leave it out.")
    own = {id(parameter) for front in model.front for parameter in front.parameters()}
    names = {name for name, parameter in model.named_parameters() if id(parameter) in own}
    if frozen_norms is not False and any(names.isdisjoint(phase.trained) for phase in freezing.phases):
        return
    first = next((name for name in sorted(names) if name in freezing.phases[0].trained), None)
    found = "frozen_norms is false" if first is None else f"{first} trains"
    raise ConfigError(
        "E676",
        _WHERE,
        f"has no effect where something before the transformer changes: {found}",
        "Leave it out, or let the transformer and the heads train alone.",
    )


def _rows(inputs: Inputs) -> list[Inputs]:
    if isinstance(inputs, Tensor):
        return list(inputs.split(1))
    parts = {name: tensor.split(1) for name, tensor in inputs.items()}
    n_rows = len(next(iter(parts.values())))
    return [{name: part[i] for name, part in parts.items()} for i in range(n_rows)]


def _digest(row: Inputs) -> bytes:
    """Return what tells inputs apart: names, types, shapes and all values."""
    named: Mapping[str, Tensor] = {"sequence": row} if isinstance(row, Tensor) else row
    digest = hashlib.blake2b(digest_size=16)
    for name, tensor in sorted(named.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)};".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy())
    return digest.digest()
