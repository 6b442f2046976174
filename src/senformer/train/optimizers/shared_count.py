"""One count of updates for all parameters, as Sonnet's Adam keeps it."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor


def share_count(optimizer: torch.optim.Optimizer) -> None:
    """Let Adam correct the moments of every parameter by the number of all updates.

    A parameter without a gradient, the head of the organism whose turn it is not, is skipped, but its count
    goes on. Without this it counts the updates of its own.
    """
    optimizer.register_step_pre_hook(_begin_all)
    optimizer.register_step_post_hook(_count_skipped)


def _parameters(optimizer: torch.optim.Optimizer) -> Iterator[Tensor]:
    for group in optimizer.param_groups:
        yield from (parameter for parameter in group["params"] if parameter.requires_grad)


def _begin_all(optimizer: torch.optim.Optimizer, *_: Any) -> None:
    """Give every parameter that has none its empty moments, at the count of the others."""
    new = [parameter for parameter in _parameters(optimizer) if not optimizer.state[parameter]]
    if not new:
        return
    count = max((float(state["step"]) for state in optimizer.state.values() if state), default=0.0)
    for parameter in new:
        optimizer.state[parameter] = {
            "step": torch.full((), count, dtype=torch.float32, device=parameter.device),
            "exp_avg": torch.zeros_like(parameter),
            "exp_avg_sq": torch.zeros_like(parameter),
        }


def _count_skipped(optimizer: torch.optim.Optimizer, *_: Any) -> None:
    for parameter in _parameters(optimizer):
        if parameter.grad is None:
            optimizer.state[parameter]["step"] += 1
