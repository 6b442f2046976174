"""A linear layer with the initial values of the framework of origin."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.framework import Framework
from senformer.model.linear import pointwise


class Dense(nn.Module):
    """A linear layer over the channels of each position."""

    def __init__(self, n_in: int, n_out: int, framework: Framework, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_out, n_in))
        self.bias = nn.Parameter(torch.empty(n_out)) if bias else None
        framework.weight(self.weight, n_in, n_out)
        if self.bias is not None:
            framework.bias(self.bias, n_in, n_out)

    def forward(self, x: Float[Tensor, "*position i"]) -> Float[Tensor, "*position o"]:
        """Return ``x @ weight.T + bias``; without a bias the product alone."""
        return pointwise(x, self.weight, self.bias)
