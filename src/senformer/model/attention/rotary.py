"""Rotary positions: pairs of features turned by an angle that grows with the bin.

Source: Su et al. 2021, arXiv:2104.09864.
"""

import torch
from jaxtyping import Complex, Float
from torch import Tensor


def turns(first: int, end: int, n_features: int, base: float, like: Tensor) -> Complex[Tensor, "bin pair"]:
    """Return by what complex number each pair of features is multiplied at the bins ``first`` to ``end``.

    Parameters
    ----------
    first, end
        Bins, from 0.
    n_features
        Of a key; an odd last feature is in no pair.
    base
        Pair ``i`` turns by ``base ** (-2 i / n_features)`` a bin.
    like
        The result has its device and precision; angles are computed in float64.
    """
    bins = torch.arange(first, end, dtype=torch.float64, device=like.device)
    pairs = torch.arange(n_features // 2, dtype=torch.float64, device=like.device)
    angles = bins[:, None] * base ** (-2 * pairs / n_features)
    return torch.polar(torch.ones_like(angles), angles).to(like.dtype.to_complex())


def turn(
    x: Float[Tensor, "batch head bin feature"], by: Complex[Tensor, "bin pair"]
) -> Float[Tensor, "batch head bin feature"]:
    """Multiply the pairs (0, 1), (2, 3), ... of features, seen as complex numbers.

    The gradient is that of the result, turned by the conjugate.
    """
    n_paired = 2 * by.shape[-1]
    pairs = x[..., :n_paired].contiguous().unflatten(-1, (-1, 2))
    turned = torch.view_as_real(torch.view_as_complex(pairs) * by).flatten(-2)
    return turned if n_paired == x.shape[-1] else torch.cat([turned, x[..., n_paired:]], dim=-1)
