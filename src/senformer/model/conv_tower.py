"""The convolution tower: each block widens the channels and halves the resolution."""

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.convolution import Convolution
from senformer.model.norm import GELU_GAIN, NormGelu
from senformer.model.pool import POOLINGS
from senformer.model.residual import PointwiseBlock

_WIDTH = 5


def tower_channels(channels: int, n_blocks: int, divisor: int) -> list[int]:
    """Return the output channels of each block: from half of ``channels`` up to it, geometrically.

    Rounded to multiples of ``divisor``; 1,536 channels in six blocks with 128 are Enformer's
    768, 896, 1024, 1152, 1280, 1536.
    """
    start = channels // 2 if n_blocks > 1 else channels
    base = np.exp(np.log(channels / start) / max(n_blocks - 1, 1))
    return [int(np.round(start * base**i / divisor)) * divisor for i in range(n_blocks)]


class TowerBlock(nn.Module):
    """Norm, GELU, convolution of five positions; residual pointwise block; pooling by two."""

    def __init__(self, n_in: int, n_out: int, pooling: str) -> None:
        super().__init__()
        self.norm = NormGelu(n_in)
        self.conv = Convolution(n_in, n_out, _WIDTH)
        self.residual = PointwiseBlock(n_out)
        self.pool = POOLINGS[pooling](n_out)

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch half o"]:
        """Halve the positions."""
        return self.pool(self.residual(self.conv(self.norm(x), gain=GELU_GAIN)))
