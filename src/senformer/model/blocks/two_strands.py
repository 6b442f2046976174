"""Both strands through layers of their own, side by side."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.blocks.views import turned


class TwoStrands(nn.Module):
    """Run some layers on a window and others on its other strand; the channels of both stand side by side."""

    def __init__(self, forward: Sequence[nn.Module], reverse: Sequence[nn.Module]) -> None:
        super().__init__()
        self.forward_layers, self.reverse_layers = nn.Sequential(*forward), nn.Sequential(*reverse)

    def forward(self, x: Float[Tensor, "batch base i"]) -> Float[Tensor, "batch position o"]:
        """Return what the layers make of both strands, each in its own direction."""
        return torch.cat([self.forward_layers(x), self.reverse_layers(turned(x))], dim=-1)
