"""The stem: from bases to channels at half the resolution."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.convolution import Convolution
from senformer.model.pool import POOLINGS
from senformer.model.residual import PointwiseBlock

_WIDTH = 15
_N_BASES = 4


class Stem(nn.Module):
    """Convolution of 15 bases, residual pointwise block, pooling by two."""

    def __init__(self, channels: int, pooling: str) -> None:
        super().__init__()
        self.conv = Convolution(_N_BASES, channels, _WIDTH)
        self.residual = PointwiseBlock(channels)
        self.pool = POOLINGS[pooling](channels)

    def forward(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch half channel"]:
        """Read one-hot bases."""
        return self.pool(self.residual(self.conv(x)))


def one_hot(codes: Tensor, dtype: torch.dtype) -> Float[Tensor, "batch base 4"]:
    """Return codes A, C, G, T, N = 0..4 as one-hot rows; N is four zeros."""
    table = torch.eye(_N_BASES + 1, _N_BASES, dtype=dtype, device=codes.device)
    return functional.embedding(codes.int(), table)


def as_bases(
    sequence: Shaped[Tensor, "batch base *channel"], dtype: torch.dtype
) -> Float[Tensor, "batch base 4"]:
    """Return one-hot bases from codes (batch, base), or from what is one-hot already."""
    return one_hot(sequence, dtype) if sequence.dtype == torch.uint8 else sequence.to(dtype)
