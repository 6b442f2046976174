"""The residual pointwise block of stem and tower."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.linear import Linear
from senformer.model.norm import GELU_GAIN, NormGelu, Statistics


class PointwiseBlock(nn.Module):
    """Add to the input its normalized, activated and linearly mixed self."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = NormGelu(channels)
        self.linear = Linear(channels, channels)

    def forward(
        self, x: Float[Tensor, "batch position channel"], statistics: Statistics | None = None
    ) -> Float[Tensor, "batch position channel"]:
        """Return ``x + W gelu(norm(x)) + b``, normalized by the given statistics, if any."""
        mixed = self.linear(self.norm(x, statistics), gain=GELU_GAIN)
        return x + mixed if torch.is_grad_enabled() else mixed.add_(x)
