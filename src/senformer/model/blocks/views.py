"""The same layers on several views of a window: both strands, stretches of it."""

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
    """Run layers that make one position of a window on each of its views: the views become positions.

    Attributes
    ----------
    both_strands
        Whether every view is followed, behind all of its strand, by its other strand.
    stretch_bp
        Every stretch of so many bases is a view; None, or a shorter window, makes the window the only one.
    """

    def __init__(
        self, layers: Sequence[nn.Module], *, both_strands: bool = True, stretch_bp: int | None = None
    ) -> None:
        super().__init__()
        self.both_strands, self.stretch_bp = both_strands, stretch_bp
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Float[Tensor, "batch base i"]) -> Float[Tensor, "batch view o"]:
        """Return what the layers make of each view."""
        views = x.unsqueeze(1)
        if self.stretch_bp is not None and self.stretch_bp < x.shape[1]:
            views = x.unfold(1, self.stretch_bp, 1).transpose(2, 3)
        if self.both_strands:
            views = torch.cat([views, turned(views)], dim=1)
        return self.layers(views.flatten(0, 1)).view(*views.shape[:2], -1)
