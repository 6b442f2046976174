"""Dropout as a step of a block."""

from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.dropout import dropout


class Drop(nn.Module):
    """Drop values at random in training; the identity otherwise."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
        """Drop."""
        return dropout(x, self.rate, self.training)
