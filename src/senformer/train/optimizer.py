"""The optimizer of a run, its learning rate at each step, and its state as named tensors."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from senformer.core.config import parse
from senformer.core.errors import DataError
from senformer.core.tables import choose
from senformer.train.config import TrainConfig
from senformer.train.optimizers import OPTIMIZERS
from senformer.train.optimizers.kind import OptimizerKind
from senformer.train.rates import parameter_groups
from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.schedule import Schedule
from senformer.train.shapes import first_difference, shapes_of
from senformer.train.shards import like

_SCALARS = ("step",)


def optimizer_kind(config: TrainConfig) -> tuple[OptimizerKind, Any]:
    """Return the optimizer that the settings name, and its options.

    Raises
    ------
    ConfigError
        There is no such optimizer, or it has no such option.
    """
    kind = choose(OPTIMIZERS, config.optimizer, "optimizer")
    return kind, parse(kind.options_class, config.optimizer_options, "train.optimizer_options")


def make_schedule(config: TrainConfig) -> Schedule:
    """Return the schedule that the settings name, with its options.

    Raises
    ------
    ConfigError
        There is no such schedule, or it has no such option.
    """
    kind = choose(SCHEDULES, config.schedule, "schedule")
    return parse(kind, config.schedule_options, "train.schedule_options")


def make_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Return the optimizer of all parameters that train, which are and stay fp32."""
    kind, options = optimizer_kind(config)
    return kind.build(parameter_groups(model, config), config, options)


def learning_rate(config: TrainConfig, step: int) -> float:
    """Return the rate of update ``step`` (from 1), before the factors of layers and of plateaus.

    It rises in proportion to the step until ``warmup_steps``, then follows the schedule.
    """
    if step < config.warmup_steps:
        return config.learning_rate * step / config.warmup_steps
    first = max(1, config.warmup_steps)
    factor = make_schedule(config).at(step - first, config.steps - first + 1)
    return config.learning_rate * factor


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of every group: ``rate`` times its factor."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]


def optimizer_tensors(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the state as ``PART.NAME`` per parameter: Adam's ``step``, ``exp_avg`` and ``exp_avg_sq``.

    A parameter that was never updated (a head whose turn has not come, one that is frozen) has none.
    """
    return {
        f"{part}.{name}": tensor
        for name, parameter in model.named_parameters()
        for part, tensor in optimizer.state.get(parameter, {}).items()
        if isinstance(tensor, Tensor)
    }


def load_optimizer(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    tensors: Mapping[str, Tensor],
    where: str,
    parts: tuple[str, ...] = OPTIMIZERS["adam"].parts,
) -> None:
    """Set the state from :func:`optimizer_tensors` of the same model.

    Raises
    ------
    DataError
        A tensor belongs to no parameter, or has another shape.
    """
    names = {parameter: name for name, parameter in model.named_parameters()}
    ordered = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    known, state = set(), {}
    for index, parameter in enumerate(ordered):
        keys = {part: f"{part}.{names[parameter]}" for part in parts}
        if not any(key in tensors for key in keys.values()):
            continue
        for part, key in keys.items():
            wanted = () if part in _SCALARS else tuple(parameter.shape)
            found = tuple(tensors[key].shape) if key in tensors else "missing"
            if found != wanted:
                raise _wrong_shape(where, key, found, wanted)
        state[index] = {
            part: tensors[key] if part in _SCALARS else like(tensors[key], parameter)
            for part, key in keys.items()
        }
        known |= set(keys.values())
    for key in sorted(set(tensors) - known):
        raise _wrong_shape(where, key, tuple(tensors[key].shape), "none")
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def refuse_other_shapes(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], where: str) -> None:
    """Raise unless tensors of a checkpoint are those that the model of this run has.

    Raises
    ------
    DataError
        A tensor is missing, unknown or of another shape; it is named with both shapes.
    """
    difference = first_difference(shapes_of(found), shapes_of(wanted))
    if difference is not None:
        name, has, needs = difference
        raise _wrong_shape(where, name, "missing" if has is None else has, "none" if needs is None else needs)


def _wrong_shape(where: str, name: str, found: object, wanted: object) -> DataError:
    """Return the error of a tensor that does not fit the model."""
    return DataError(
        "E605",
        where,
        f"tensor {name!r} is {found}, the model of this run has {wanted}",
        "The checkpoint belongs to another model: start a new run.",
    )
