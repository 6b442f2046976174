"""Activations of heads: from what a head gives to what a model predicts, and to its logarithm."""

from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "exp": torch.exp,
    # Basenji's: x + 1 above 0, exp(x) below.
    "exp_linear": lambda x: functional.elu(x) + 1,
}
# Those whose predictions are above 0.
PositiveActivation = Literal["softplus", "exp", "exp_linear"]
POSITIVE: frozenset[str] = frozenset(get_args(PositiveActivation))

# Below it softplus(x) is exp(x) to rounding.
_LOW = -15.0


def _log_softplus(x: Tensor) -> Tensor:
    return torch.where(x < _LOW, x, torch.log(functional.softplus(x.clamp(min=_LOW))))


# Finite also where the prediction itself is too small for its type, or too large.
LOG_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": torch.log,
    "sigmoid": functional.logsigmoid,
    "softplus": _log_softplus,
    "exp": lambda x: x,
    "exp_linear": lambda x: torch.where(x < 0, x, torch.log1p(x.clamp(min=0))),
}
