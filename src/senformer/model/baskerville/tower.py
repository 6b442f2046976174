"""Stem and tower of Baskerville: convolutions and maximum pooling, no residuals."""

from jaxtyping import Float
from torch import Tensor, nn

from senformer.model.baskerville.norm import NormTanhGelu
from senformer.model.convolution import Convolution
from senformer.model.initializers import variance_scaling_
from senformer.model.pool import MaxPool

_N_BASES, _WIDTH = 4, 5


def reach_bins(stem_width: int, n_blocks: int) -> int:
    """Return how many of the transformer's positions stem and tower read to either side of one.

    The stem reaches half its width in bases; block ``i`` two positions of ``2 ** (i + 1)`` bases.
    """
    reach_bp = stem_width // 2 + sum(_WIDTH // 2 * 2 ** (i + 1) for i in range(n_blocks))
    return -(-reach_bp // 2 ** (n_blocks + 1))


def _convolution(n_in: int, n_out: int, width: int) -> Convolution:
    layer = Convolution(n_in, n_out, width)
    variance_scaling_(layer.weight, n_in * width, scale=1.0)
    return layer


class Stem(nn.Module):
    """A convolution over bases, then pooling by two."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.conv = _convolution(_N_BASES, channels, width)
        self.pool = MaxPool(channels)

    def forward(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch half channel"]:
        """Read one-hot bases."""
        return self.pool(self.conv(x))


class TowerBlock(nn.Module):
    """Norm, GELU, convolution over five positions; pooling by two."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.norm = NormTanhGelu(n_in)
        self.conv = _convolution(n_in, n_out, _WIDTH)
        self.pool = MaxPool(n_out)

    def forward(
        self, x: Float[Tensor, "batch position i"]
    ) -> tuple[Float[Tensor, "batch half o"], Float[Tensor, "batch position o"]]:
        """Return the pooled output, and the same before pooling for the way back."""
        kept = self.conv(self.norm(x))
        return self.pool(kept), kept
