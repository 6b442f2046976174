"""Enformer's basis functions of the distance between two bins; ``relative`` in ``POSITIONS``.

The attention kinds project these features into the relative keys. They are evaluated in float64 at any
distance; the length that the basis was made for is part of the model, so a longer window sees the same
functions further out.

Source: Avsec et al. 2021, doi:10.1038/s41592-021-01252-x, Methods.
"""

import math
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor

_FAMILIES = 3
_MIN_HALF_LIFE_LOG2 = 3.0
_GAMMA_FLOOR = 1e-8


def _exponential(distance: Float[Tensor, " n"], n: int, basis_bins: int) -> Float[Tensor, "n feature"]:
    powers = torch.linspace(
        _MIN_HALF_LIFE_LOG2, math.log2(basis_bins), n, dtype=torch.float64, device=distance.device
    )
    return torch.exp(-math.log(2.0) * distance[:, None] / 2.0**powers)


def _central_mask(distance: Float[Tensor, " n"], n: int) -> Float[Tensor, "n feature"]:
    widths = 2.0 ** torch.arange(1, n + 1, dtype=torch.float64, device=distance.device) - 1
    return (widths > distance[:, None]).to(torch.float64)


def _gamma_density(distance: Float[Tensor, " n"], n: int, basis_bins: int) -> Float[Tensor, "n feature"]:
    deviation = basis_bins / (2 * n)
    mean = torch.linspace(basis_bins / n, basis_bins, n, dtype=torch.float64, device=distance.device)
    concentration, rate = (mean / deviation) ** 2, mean / deviation**2
    log_norm = torch.lgamma(concentration) - concentration * torch.log(rate)
    distance = distance[:, None]
    log_density = torch.xlogy(concentration - 1, distance) - rate * distance - log_norm
    return torch.exp(log_density) + _GAMMA_FLOOR


def _gamma(distance: Float[Tensor, " n"], n: int, basis_bins: int) -> Float[Tensor, "n feature"]:
    """Gamma densities, each divided by its own maximum over the positions of the basis."""
    return _gamma_density(distance, n, basis_bins) / _gamma_peaks(n, basis_bins, distance.device)


@lru_cache(maxsize=8)
def _gamma_peaks(n: int, basis_bins: int, device: torch.device) -> Float[Tensor, " feature"]:
    with torch.inference_mode(False):
        grid = torch.arange(basis_bins, dtype=torch.float64, device=device)
        return _gamma_density(grid, n, basis_bins).amax(dim=0)


def position_features(
    distances: Float[Tensor, " offset"], n_features: int, basis_bins: int
) -> Float[Tensor, "offset feature"]:
    """Return the features of distances (key - query), in float64.

    Parameters
    ----------
    distances
        In bins, negative where the key lies to the left of the query; float64.
    n_features
        Columns; a multiple of 6 (three families, each plain and times the sign of the distance).
    basis_bins
        Bins that the basis is made for: half-lives, means, widths and the peaks of the gamma functions.

    Returns
    -------
    One row a distance; columns exponential, central mask, gamma, then the same times the sign.
    """
    n = n_features // (2 * _FAMILIES)
    far = distances.abs()
    plain = torch.cat(
        [_exponential(far, n, basis_bins), _central_mask(far, n), _gamma(far, n, basis_bins)], dim=1
    )
    return torch.cat([plain, distances.sign()[:, None] * plain], dim=1)
