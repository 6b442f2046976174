"""Pooling by two.

A softmax over a pair is the sigmoid of the difference of its two logits, so only the difference of the
pair is multiplied: half the work, the same numbers.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.initializers import scaled_identity_
from senformer.model.linear import pointwise


class _SplitPairs(torch.autograd.Function):
    """Return ``left - right`` and ``right`` of each pair; back, the pairs are written once."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        return x[:, 0::2] - x[:, 1::2], x[:, 1::2]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, Tensor]) -> None:
        """Keep nothing: the function is linear."""

    @staticmethod
    def jvp(ctx: Any, dx: Tensor) -> tuple[Tensor, Tensor]:
        return dx[:, 0::2] - dx[:, 1::2], dx[:, 1::2]

    @staticmethod
    def backward(ctx: Any, d_difference: Tensor, d_right: Tensor) -> Tensor:
        return torch.stack([d_difference, d_right - d_difference], dim=2).flatten(1, 2)


class AttentionPool(nn.Module):
    """Merge pairs of neighbors by a softmax over the pair, one weight a channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, channels))
        scaled_identity_(self.weight, 2.0)

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch half channel"]:
        """Halve the positions."""
        difference, right = _SplitPairs.apply(x)
        gate = torch.sigmoid(pointwise(difference, self.weight))
        return torch.addcmul(right, gate, difference)


class MaxPool(nn.Module):
    """Keep the larger of two neighbors, channel by channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch half channel"]:
        """Halve the positions."""
        return torch.maximum(x[:, 0::2], x[:, 1::2])


POOLINGS: dict[str, type[nn.Module]] = {"attention": AttentionPool, "max": MaxPool}
