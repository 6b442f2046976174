"""The same layers on both strands of a window."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

_BASES = 4


def turned(x: Float[Tensor, "*batch base i"]) -> Float[Tensor, "*batch base i"]:
    """Return the other strand; what stands beside the bases is turned round along with them."""
    x = x.flip(-2)
    return torch.cat([x[..., :_BASES].flip(-1), x[..., _BASES:]], dim=-1)


class Views(nn.Module):
    """Run layers that make one position of a window on each of its strands: the strands become positions."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Float[Tensor, "batch base i"]) -> Float[Tensor, "batch view o"]:
        """Return what the layers make of the strand that is given, and of the other."""
        views = torch.stack([x, turned(x)], dim=1)
        return self.layers(views.flatten(0, 1)).view(*views.shape[:2], -1)
