"""What an update works with, and how it tells that memory is too small."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from senformer.core.errors import DeviceError
from senformer.dataset.batch import Batch
from senformer.train.average import Average
from senformer.train.config import TrainConfig
from senformer.train.distill.teacher import Teacher
from senformer.train.finetune.freezing import Freezing
from senformer.train.losses import LOSSES
from senformer.train.shards import take_apart
from senformer.train.team import Team


@dataclass(frozen=True)
class Engine:
    """What an update works with: the prepared model, its optimizer, and where they live.

    Attributes
    ----------
    model
        The model itself, on its device.
    replicas
        Around it where several processes hold it: averages their gradients.
    team
        The processes that share each batch.
    """

    accelerator: Accelerator
    model: nn.Module
    optimizer: torch.optim.Optimizer
    loss: Callable[..., Tensor]
    config: TrainConfig
    weights: Mapping[str, Tensor] = field(default_factory=dict)
    positive_weights: Mapping[str, Tensor] = field(default_factory=dict)
    freezing: Freezing | None = None
    average: Average | None = None
    teacher: Teacher | None = None
    team: Team = field(default_factory=Team)
    replicas: DistributedDataParallel | None = None

    @property
    def outputs(self) -> dict[str, bool]:
        """Which outputs of the model the loss starts from, as arguments: linear ones, or predictions."""
        loss = LOSSES[self.config.loss]
        return {"linear": True} if loss.is_of_labels or loss.is_of_log_rates else {}

    def predict(self, inputs: Tensor | dict[str, Tensor], heads: list[str]) -> dict[str, Tensor]:
        """Return the predictions that an update learns from."""
        return (self.replicas or self.model)(inputs, heads=heads, **self.outputs)

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of this process's part of the loss: over processes they are its sum's."""
        # Each way to hold the model averages the processes' gradients.
        self.accelerator.backward(loss * self.team.size if self.team.size > 1 else loss)

    def part(self, is_last: bool) -> contextlib.AbstractContextManager:
        """Return the context of a part of the batch: replicas talk once, in the last one."""
        return contextlib.nullcontext() if is_last or self.replicas is None else self.replicas.no_sync()

    @contextlib.contextmanager
    def evaluation(self) -> Iterator[None]:
        """Let the model be in evaluation within the context."""
        was_training = self.model.training
        self.model.train(False)
        try:
            yield
        finally:
            take_apart(self.model)
            self.model.train(was_training)

    def taught(self, organism: str, batch: Batch) -> Batch:
        """Return the batch with what the teacher predicts as its targets, or as it is without one."""
        return batch if self.teacher is None else self.teacher.teach(organism, batch)

    def tensors(self, batch: Batch) -> tuple[Tensor | dict[str, Tensor], Tensor]:
        """Return the codes, or all inputs by name, still in main memory, and the targets on the device.

        The model checks the codes and moves them itself: a check on the device would wait for it.
        """
        targets = torch.as_tensor(batch.targets).to(self.accelerator.device, non_blocking=True)
        given = batch.model_inputs
        if isinstance(given, dict):
            return {name: torch.as_tensor(array) for name, array in given.items()}, targets
        return torch.as_tensor(given), targets

    def loss_of(self, organism: str, prediction: Tensor, targets: Tensor, batch: Batch) -> Tensor:
        """Return the loss under the weights of tracks, of examples, and of positives where there are.

        ``prediction`` is what the model gives under :attr:`outputs`.
        """
        if LOSSES[self.config.loss].is_of_log_rates:
            prediction = self.model.log_activate(prediction.float())
        given: dict[str, Tensor] = {}
        if organism in self.positive_weights:
            given["positive_weight"] = self.positive_weights[organism]
        if batch.weights is not None:
            given["example_weight"] = torch.as_tensor(batch.weights).to(targets.device, non_blocking=True)
        return self.loss(prediction, targets, self.weights.get(organism), **given)


@contextlib.contextmanager
def memory_errors(engine: Engine, batches: list[Batch]) -> Iterator[None]:
    """Say which batches do not fit where the device's memory is too small for it.

    Raises
    ------
    DeviceError
        The memory is too small.
    """
    try:
        yield
    except torch.OutOfMemoryError as fault:
        n, window = sum(len(batch.sequence) for batch in batches), batches[0].windows[0]
        length_bp = window.end - window.start
        found = f"batches of {n} windows of {length_bp:,} bp do not fit"
        raise DeviceError(
            "E612",
            str(engine.accelerator.device),
            found,
            "Lower batch_size or window_bp, or raise accumulate.",
        ) from fault
