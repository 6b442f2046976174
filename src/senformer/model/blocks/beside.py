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


class Projected(nn.Module):
    """Add what layers make of the input to what other layers, of another width, make of it."""

    def __init__(self, layers: list[nn.Module], shortcut: nn.Module) -> None:
        super().__init__()
        self.layers, self.shortcut = nn.Sequential(*layers), shortcut

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position o"]:
        """Return ``shortcut(x) + layers(x)``."""
        return self.shortcut(x) + self.layers(x)


class Collected(nn.Sequential):
    """Run layers one after another and put the outputs of all side by side."""

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position o"]:
        """Return what comes out of each."""
        found = []
        for layer in self:
            x = layer(x)
            found.append(x)
        return torch.cat(found, dim=-1)
