"""Baskerville's basis of the distance between two bins: ``central_mask`` in ``POSITIONS``.

Only central masks, unlike Enformer's three families, and of other widths: they grow geometrically up to the
length that the basis is made for, however many there are.

Source: Linder et al. 2025, doi:10.1038/s41588-024-02053-6; calico/baskerville, idea only.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def position_features(
    distances: Float[Tensor, " offset"], n_features: int, basis_bins: int
) -> Float[Tensor, "offset feature"]:
    """Return the features of distances (key - query), in float64.

    Mask ``k`` of ``n`` is one where the distance is below ``(basis_bins + 1) ** (k / n) - 1`` bins.

    Parameters
    ----------
    distances
        In bins, negative where the key lies to the left of the query; float64.
    n_features
        Columns, even: the masks, then the same times the sign of the distance.
    basis_bins
        Bins that the basis is made for: every mask is zero beyond them.
    """
    n = n_features // 2
    exponents = torch.arange(1, n + 1, dtype=torch.float64, device=distances.device) / n
    widths = torch.expm1(math.log(basis_bins + 1) * exponents)
    masks = (widths > distances.abs()[:, None]).to(torch.float64)
    return torch.cat([masks, distances.sign()[:, None] * masks], dim=1)
