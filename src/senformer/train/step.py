"""One update: forward, loss, backward, checks, clipping, optimizer."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from senformer.core.errors import DataError, DeviceError
from senformer.core.seeding import child_seed
from senformer.dataset.batch import Batch
from senformer.train.config import TrainConfig
from senformer.train.finetune.freezing import Freezing
from senformer.train.optimizer import learning_rate, set_rate


@dataclass(frozen=True)
class Engine:
    """What an update works with: the prepared model, its optimizer, and where they live."""

    accelerator: Accelerator
    model: nn.Module
    optimizer: torch.optim.Optimizer
    loss: Callable[..., Tensor]
    config: TrainConfig
    weights: Mapping[str, Tensor] = field(default_factory=dict)
    positive_weights: Mapping[str, Tensor] = field(default_factory=dict)
    freezing: Freezing | None = None

    def tensors(self, batch: Batch) -> tuple[Tensor | dict[str, Tensor], Tensor]:
        """Return the codes, or all inputs by name, still in main memory, and the targets on the device.

        The model checks the codes and moves them itself: a check on the device would wait for it.
        """
        targets = torch.as_tensor(batch.targets).to(self.accelerator.device, non_blocking=True)
        codes = torch.as_tensor(batch.sequence)
        if not batch.inputs:
            return codes, targets
        return {
            "sequence": codes,
            **{name: torch.as_tensor(array) for name, array in batch.inputs.items()},
        }, targets

    def loss_of(self, organism: str, prediction: Tensor, targets: Tensor) -> Tensor:
        """Return the loss under the organism's track weights, and those of its positives where there are."""
        weights = [self.weights.get(organism)]
        if organism in self.positive_weights:
            weights.append(self.positive_weights[organism])
        return self.loss(prediction, targets, *weights)


@dataclass(frozen=True)
class Update:
    """What one update saw.

    Attributes
    ----------
    loss
        Mean over the measured entries.
    gradient_norm
        Global norm before clipping, over the parameters that took part.
    learning_rate
        Rate used.
    n_measured
        Target entries that were not masked.
    """

    loss: float
    gradient_norm: float
    learning_rate: float
    n_measured: int


@contextlib.contextmanager
def memory_errors(engine: Engine, batch: Batch) -> Iterator[None]:
    """Say which batch does not fit where the device's memory is too small for it.

    Raises
    ------
    DeviceError
        The memory is too small.
    """
    try:
        yield
    except torch.OutOfMemoryError as fault:
        found = f"batches of {len(batch.sequence)} windows of {batch.sequence.shape[1]:,} bp do not fit"
        raise DeviceError(
            "E612", str(engine.accelerator.device), found, "Lower batch_size or window_bp."
        ) from fault


def take_step(engine: Engine, step: int, organism: str, batch: Batch) -> Update:
    """Do update ``step`` (from 1) on one batch of ``organism``; only its head takes part.

    The random state is set from (seed, step), so that dropout does not depend on what was drawn before.

    Raises
    ------
    DataError
        Loss or gradient is not finite. The weights are still those of before.
    DeviceError
        The device's memory is too small.
    """
    config, model = engine.config, engine.model
    torch.manual_seed(child_seed(config.seed, "step", step))
    if engine.freezing is not None:
        engine.freezing.begin(step)
    with memory_errors(engine, batch):
        inputs, targets = engine.tensors(batch)
        engine.optimizer.zero_grad(set_to_none=True)
        loss = engine.loss_of(organism, model(inputs, heads=[organism])[organism], targets)
        engine.accelerator.backward(loss)
    used = [
        parameter
        for group in engine.optimizer.param_groups
        for parameter in group["params"]
        if parameter.grad is not None
    ]
    norm = get_total_norm([parameter.grad for parameter in used])
    # The one place where the device is waited for: the check must come before the update.
    values = torch.stack([loss.detach().double(), norm.double(), (~targets.isnan()).sum().double()]).tolist()
    update = Update(values[0], values[1], learning_rate(config, step), int(values[2]))
    if not all(map(_is_finite, values)):
        raise _not_finite(model, step, organism, batch, update)
    if config.clip_norm is not None:
        clip_gradients(used, config.clip_norm, None if config.clip == "per_tensor" else norm)
    set_rate(engine.optimizer, update.learning_rate)
    engine.optimizer.step()
    return update


def clip_gradients(parameters: list[Tensor], limit: float, norm: Tensor | None) -> None:
    """Scale gradients down to ``limit``: by their global norm, or each by its own where None is given."""
    if norm is not None:
        clip_grads_with_norm_(parameters, limit, norm)
        return
    gradients = [parameter.grad for parameter in parameters]
    for gradient, own in zip(gradients, torch._foreach_norm(gradients), strict=True):
        gradient.mul_(limit / own.clamp(min=limit))


def _is_finite(value: float) -> bool:
    return value - value == 0.0


def _not_finite(model: nn.Module, step: int, organism: str, batch: Batch, update: Update) -> DataError:
    named = (
        name
        for name, parameter in model.named_parameters()
        if parameter.grad is not None and not parameter.grad.isfinite().all()
    )
    first = next(named, None)
    where = ", ".join(str(window) for window in batch.windows)
    found = f"loss {update.loss:g}, gradient norm {update.gradient_norm:g}"
    if first is not None:
        found += f" (first in {first!r})"
    return DataError(
        "E604",
        f"step {step}, {organism} windows {where}",
        f"training stopped before this update: {found}",
        "Look at these windows, or train into another --out with a lower learning_rate.",
    )
