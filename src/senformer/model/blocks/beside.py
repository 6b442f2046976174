"""What layers make, added to what they read or put beside it."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Residual(nn.Sequential):
    """Add to the input what the layers make of it."""

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Return ``x + layers(x)``."""
        return x + super().forward(x)


class Joined(nn.Sequential):
    """Put beside the input's channels those that the layers make of it, as DenseNet does."""

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position o"]:
        """Return ``x`` and ``layers(x)`` side by side."""
        return torch.cat([x, super().forward(x)], dim=-1)
