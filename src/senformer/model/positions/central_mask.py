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
    n_bins: int, n_features: int, basis_bins: int | None = None
) -> Float[Tensor, "offset feature"]:
    """Return the features of every distance (key - query) in a window, in float64.

    Mask ``k`` of ``n`` is one up to a distance below ``(basis_bins + 1) ** (k / n) - 1`` bins.

    Parameters
    ----------
    n_bins
        Bins of the window; distances run from ``-(n_bins - 1)`` to ``n_bins - 1``.
    n_features
        Columns, even: the masks, then the same times the sign of the distance.
    basis_bins
        Bins that the basis is made for; by default ``n_bins``. Every mask is zero beyond it.
    """
    n = n_features // 2
    signed = torch.arange(-(n_bins - 1), n_bins, dtype=torch.float64)
    rates = torch.arange(1, n + 1, dtype=torch.float64) / n
    widths = torch.expm1(math.log((basis_bins or n_bins) + 1) * rates)
    masks = (widths > signed.abs()[:, None]).to(torch.float64)
    return torch.cat([masks, signed.sign()[:, None] * masks], dim=1)
