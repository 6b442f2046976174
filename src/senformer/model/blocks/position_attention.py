"""Attention over positions: a score for each, a softmax over all, and what the weights make of the window."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.framework import Framework


class PositionAttention(nn.Module):
    """Weigh positions by a linear score of their channels.

    Attributes
    ----------
    reduce
        ``none`` multiplies each position by its weight; ``sum`` adds the weighted positions up to one.
    """

    def __init__(
        self, n_in: int, framework: Framework, *, bias: bool = True, reduce: Literal["none", "sum"] = "none"
    ) -> None:
        super().__init__()
        self.reduce = reduce
        self.weight = nn.Parameter(torch.empty(1, n_in))
        self.bias = nn.Parameter(torch.empty(1)) if bias else None
        framework.weight(self.weight, n_in, 1)
        if self.bias is not None:
            framework.bias(self.bias, n_in, 1)

    def weights(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position 1"]:
        """Return the weight of each position; those of a window have a sum of 1."""
        return torch.nn.functional.linear(x, self.weight, self.bias).softmax(dim=1)

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch _left i"]:
        """Weigh the positions."""
        weighed = x * self.weights(x)
        return weighed if self.reduce == "none" else weighed.sum(dim=1, keepdim=True)
