"""What is left of all positions: the largest value of each channel, the mean, or both."""

from typing import Literal

import torch
from jaxtyping import Bool, Float
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

    def forward(
        self, x: Float[Tensor, "batch position channel"], read: Bool[Tensor, "batch position"] | None = None
    ) -> Float[Tensor, "batch 1 wide"]:
        """Pool over the positions that are read, at least one of each example; by default all."""
        found = []
        if "max" in self.pooling:
            found.append(_masked(x, read, -torch.inf).amax(dim=1))
        if "mean" in self.pooling:
            mean = _masked(x, read, 0.0).mean(dim=1)
            found.append(mean if read is None else mean / read.to(x.dtype).mean(dim=1, keepdim=True))
        return torch.stack(found, dim=-1).flatten(1).unsqueeze(1)


def _masked(
    x: Float[Tensor, "batch position channel"], read: Bool[Tensor, "batch position"] | None, value: float
) -> Float[Tensor, "batch position channel"]:
    return x if read is None else x.masked_fill(~read.unsqueeze(-1), value)
