"""Dropout as a step of a block."""

from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.dropout import dropout, keep_factors


class Drop(nn.Module):
    """Drop values at random in training; the identity otherwise."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
        """Drop."""
        return dropout(x, self.rate, self.training)


class SharedDrop(Drop):
    """Drop the same channels at every position of an example."""

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Drop."""
        if not self.training or self.rate == 0:
            return x
        return x * keep_factors(x[:, :1].shape, self.rate, x)
