"""What is left of all positions: the largest value of each channel, the mean, or both."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

Pooling = Literal["max", "mean", "max_mean"]


class GlobalPool(nn.Module):
    """Pool over all positions.

    Attributes
    ----------
    pooling
        ``max``, ``mean``, or ``max_mean``: of each channel its maximum, then its mean, side by side.
    """

    def __init__(self, pooling: Pooling) -> None:
        super().__init__()
        self.pooling = pooling

    def width(self, channels: int) -> int:
        """Return how many values are made of so many channels."""
        return 2 * channels if self.pooling == "max_mean" else channels

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch 1 wide"]:
        """Pool."""
        found = []
        if "max" in self.pooling:
            found.append(x.amax(dim=1))
        if "mean" in self.pooling:
            found.append(x.mean(dim=1))
        return torch.stack(found, dim=-1).flatten(1).unsqueeze(1)
