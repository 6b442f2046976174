"""Fewer positions."""

from jaxtyping import Float
from torch import Tensor, nn


class Trim(nn.Module):
    """Drop so many positions at the right end."""

    def __init__(self, n_right: int) -> None:
        super().__init__()
        self.n_right = n_right

    def out_length(self, length: int) -> int:
        """Return how many positions come out of so many."""
        return length - self.n_right

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch out channel"]:
        """Drop."""
        return x[:, : x.shape[1] - self.n_right]
