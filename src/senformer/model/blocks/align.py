"""Sequences that are shorter than their window, brought to its beginning."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def moved_left(
    x: Float[Tensor, "batch position channel"], by: Int64[Tensor, " batch"]
) -> Float[Tensor, "batch position channel"]:
    """Return each example moved to the left by so many positions; what stood before stands behind."""
    places = (torch.arange(x.shape[1], device=x.device) + by[:, None]).remainder(x.shape[1])
    return x.gather(1, places[..., None].expand_as(x))


def from_first_base(
    bases: Float[Tensor, "batch base 4"],
) -> tuple[Float[Tensor, "batch base 4"], Int64[Tensor, " batch"], Int64[Tensor, " batch"]]:
    """Return each sequence from its first known base on, its move, and its length up to the last known base.

    Unknown bases that stood before it stand behind it; a window without a known base has length 0, and moves
    by all.
    """
    n_bases = bases.shape[1]
    known = (bases != 0).any(dim=-1)
    places = torch.arange(n_bases, device=bases.device)
    first = torch.where(known, places, n_bases).amin(dim=1)
    end = torch.where(known, places + 1, 0).amax(dim=1)
    return moved_left(bases, first), first, (end - first).clamp(min=0)
