"""Sequences that are shorter than their window, brought to its beginning."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def from_first_base(
    bases: Float[Tensor, "batch base 4"],
) -> tuple[Float[Tensor, "batch base 4"], Int64[Tensor, " batch"]]:
    """Return each sequence from its first known base on, and its length up to the last one.

    Unknown bases that stood before it stand behind it; a window without a known base has length 0.
    """
    n_bases = bases.shape[1]
    known = (bases != 0).any(dim=-1)
    places = torch.arange(n_bases, device=bases.device)
    first = torch.where(known, places, n_bases).amin(dim=1)
    end = torch.where(known, places + 1, 0).amax(dim=1)
    moved = (places + first[:, None]).remainder(n_bases)
    return bases.gather(1, moved[..., None].expand_as(bases)), (end - first).clamp(min=0)
