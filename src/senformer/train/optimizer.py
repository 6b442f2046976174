"""Adam, its learning rate at each step, and its state as named tensors."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from senformer.core.errors import DataError
from senformer.core.tables import choose
from senformer.train.config import TrainConfig
from senformer.train.schedules import SCHEDULES

_PARTS = ("step", "exp_avg", "exp_avg_sq")


def make_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.Adam:
    """Return Adam without weight decay over all parameters, which are and stay fp32.

    Notes
    -----
    Bias correction counts the updates of each parameter. Sonnet's Adam, Enformer's, keeps one count for
    all: there the head of the organism whose turn it is not is skipped, but its correction goes on. The
    two differ only while ``1 - beta2 ** count`` is not yet 1, some thousand steps.
    """
    # The fused kernel does one pass over memory; it is there for CPU and CUDA.
    return torch.optim.Adam(
        model.parameters(), lr=config.learning_rate, betas=config.betas, eps=config.eps, fused=True
    )


def learning_rate(config: TrainConfig, step: int) -> float:
    """Return the rate of update ``step`` (from 1).

    It rises in proportion to the step until ``warmup_steps``, then follows the schedule.
    """
    if step < config.warmup_steps:
        return config.learning_rate * step / config.warmup_steps
    first = max(1, config.warmup_steps)
    factor = choose(SCHEDULES, config.schedule, "schedule")(step - first, config.steps - first + 1)
    return config.learning_rate * factor


def optimizer_tensors(model: nn.Module, optimizer: torch.optim.Adam) -> dict[str, Tensor]:
    """Return the state as ``step.NAME``, ``exp_avg.NAME``, ``exp_avg_sq.NAME`` per parameter.

    A parameter that was never updated (a head whose turn has not come) has none.
    """
    return {
        f"{part}.{name}": optimizer.state[parameter][part]
        for name, parameter in model.named_parameters()
        if parameter in optimizer.state
        for part in _PARTS
    }


def load_optimizer(
    model: nn.Module, optimizer: torch.optim.Adam, tensors: Mapping[str, Tensor], where: str
) -> None:
    """Set the state from :func:`optimizer_tensors` of the same model.

    Raises
    ------
    DataError
        A tensor belongs to no parameter, or has another shape.
    """
    known, state = set(), {}
    for index, (name, parameter) in enumerate(model.named_parameters()):
        keys = {part: f"{part}.{name}" for part in _PARTS}
        if keys["step"] not in tensors:
            continue
        for part in _PARTS[1:]:
            found = tuple(tensors[keys[part]].shape) if keys[part] in tensors else "missing"
            if found != tuple(parameter.shape):
                raise wrong_shape(where, keys[part], found, tuple(parameter.shape))
        state[index] = {part: tensors[key] for part, key in keys.items()}
        known |= set(keys.values())
    for key in sorted(set(tensors) - known):
        raise wrong_shape(where, key, tuple(tensors[key].shape), "none")
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def wrong_shape(where: str, name: str, found: object, wanted: object) -> DataError:
    """Return the error of a tensor that does not fit the model."""
    return DataError(
        "E605",
        where,
        f"tensor {name!r} is {found}, the model of this run has {wanted}",
        "The checkpoint belongs to another model: start a new run.",
    )
