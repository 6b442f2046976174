"""Detectors over the stretches of a sequence that may be shorter than its window."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.blocks.block import ConvBlock
from senformer.model.blocks.global_pool import GlobalPool
from senformer.model.blocks.unknown import Unknown
from senformer.model.blocks.views import turned


class Stretches(nn.Module):
    """Scan each stretch of a sequence by itself, and pool what is found: the stretches become positions.

    The sequence is what lies between the first and the last known base of the window; what surrounds it is
    padding and has no part in any stretch. A detector reads unknown bases beyond the ends of a stretch, and
    at least one base of it. A sequence with fewer stretches than the window has room for repeats its first
    and last one: what reads the positions keeps the largest.

    Attributes
    ----------
    motif_bp
        Length of the detectors.
    both_strands
        Whether the stretches are followed by their other strands.
    stretch_bp
        Length of a stretch; None, or a shorter sequence, makes the whole sequence the only one.
    """

    def __init__(
        self,
        detectors: ConvBlock,
        pool: GlobalPool,
        motif_bp: int,
        *,
        both_strands: bool = True,
        stretch_bp: int | None = None,
    ) -> None:
        super().__init__()
        self.motif_bp, self.both_strands, self.stretch_bp = motif_bp, both_strands, stretch_bp
        self.layers = nn.Sequential(Unknown(margin=motif_bp - 1), detectors, pool)

    def forward(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch stretch o"]:
        """Return what is found in each stretch."""
        inside = inside_sequence(x)
        stretches = _cut(torch.cat([x, inside.unsqueeze(-1).to(x.dtype)], dim=-1), inside, self.stretch_bp)
        if self.both_strands:
            stretches = torch.cat([stretches, turned(stretches)], dim=1)
        bases, marks = stretches.flatten(0, 1).split([4, 1], dim=-1)
        unknown, detectors, pool = self.layers
        margin = self.motif_bp - 1
        wide = functional.pad(marks.squeeze(-1), (margin, margin)).unsqueeze(1)
        read = functional.max_pool1d(wide, self.motif_bp, stride=1).squeeze(1) > 0
        return pool(detectors(unknown(bases)), read).view(*stretches.shape[:2], -1)


def inside_sequence(x: Float[Tensor, "batch base 4"]) -> Bool[Tensor, "batch base"]:
    """Say which bases lie between the first and the last known one; all where none is known."""
    known = (x != 0).any(dim=-1)
    inside = (known.cumsum(dim=1) > 0) & (known.flip(1).cumsum(dim=1).flip(1) > 0)
    return inside | ~known.any(dim=1, keepdim=True)


def _cut(
    x: Float[Tensor, "batch base i"], inside: Bool[Tensor, "batch base"], stretch_bp: int | None
) -> Float[Tensor, "batch stretch stretch_base i"]:
    """Return all stretches that hold nothing but the sequence; of a shorter one, one that holds all of it."""
    n_bases = x.shape[1]
    size = min(stretch_bp or n_bases, n_bases)
    first = inside.int().argmax(dim=1, keepdim=True)
    least = first.clamp(max=n_bases - size)
    most = torch.maximum(least, first + inside.sum(dim=1, keepdim=True) - size)
    starts = torch.arange(n_bases - size + 1, device=x.device).clamp(least, most)
    places = starts.unsqueeze(-1) + torch.arange(size, device=x.device)
    return x[torch.arange(len(x), device=x.device)[:, None, None], places]
