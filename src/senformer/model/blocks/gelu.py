"""Gaussian error linear units in the approximations of published networks."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

GeluForm = Literal["tanh", "sigmoid"]
# Of x * sigmoid(1.702 x).
_SLOPE = 1.702


class Gelu(nn.Module):
    """An approximation of GELU: ``tanh``, or ``sigmoid`` for ``x * sigmoid(1.702 x)``."""

    def __init__(self, form: GeluForm) -> None:
        super().__init__()
        self.form = form

    def forward(self, x: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
        """Activate."""
        if self.form == "tanh":
            return functional.gelu(x, approximate="tanh")
        return x * torch.sigmoid(_SLOPE * x)
