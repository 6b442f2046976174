"""Initial values of weights: Enformer's, as Sonnet draws them, and those of Keras and of torch.

Source: Avsec et al. 2021, released code; Sonnet 2 (Apache-2.0), idea only. Glorot, Bengio 2010 (Keras).
"""

import math

import torch
from torch import Tensor, nn

# Standard deviation of a unit normal cut at two deviations.
_TRUNCATED_STD = 0.87962566103423978


def truncated_normal_(weight: Tensor, fan_in: int) -> Tensor:
    """Fill with a normal of deviation ``fan_in ** -0.5`` cut at two deviations, uncorrected for the cut."""
    return _cut_normal_(weight, fan_in**-0.5)


def variance_scaling_(weight: Tensor, fan_in: int, scale: float = 2.0) -> Tensor:
    """Fill with a normal cut at two deviations whose variance after the cut is ``scale / fan_in``."""
    return _cut_normal_(weight, math.sqrt(scale / fan_in) / _TRUNCATED_STD)


@torch.no_grad()
def _cut_normal_(weight: Tensor, std: float) -> Tensor:
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


@torch.no_grad()
def scaled_identity_(weight: Tensor, scale: float) -> Tensor:
    """Fill a square matrix with ``scale`` on its diagonal."""
    # Not nn.init.eye_: on the meta device, where models are loaded, it imports torch's compiler (1.1 s).
    return weight.zero_().fill_diagonal_(scale)


@torch.no_grad()
def glorot_uniform_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    """Fill uniformly within ``sqrt(6 / (fan_in + fan_out))`` of zero, as Keras does."""
    limit = math.sqrt(6 / (fan_in + fan_out))
    return weight.uniform_(-limit, limit)


@torch.no_grad()
def glorot_normal_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    """Fill with a normal cut at two deviations, of variance ``2 / (fan_in + fan_out)`` after the cut."""
    return variance_scaling_(weight, fan_in + fan_out)  # its scale is 2


@torch.no_grad()
def he_uniform_(weight: Tensor, fan_in: int, fan_out: int) -> Tensor:
    """Fill uniformly within ``sqrt(6 / fan_in)`` of zero, as Keras' ``he_uniform`` does."""
    limit = math.sqrt(6 / fan_in)
    return weight.uniform_(-limit, limit)


@torch.no_grad()
def fan_in_uniform_(tensor: Tensor, fan_in: int, fan_out: int) -> Tensor:
    """Fill weight or bias uniformly within ``fan_in ** -0.5`` of zero, as Torch7 and PyTorch do."""
    limit = fan_in**-0.5
    return tensor.uniform_(-limit, limit)
