"""Batch normalization followed by GELU in the tanh form, as Baskerville has them before every layer."""

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from senformer.model.blocks.batch_norm import BatchNorm

# Keras' epsilon, for both kinds of norm, and one minus its momentum of 0.9.
NORM_EPS = 1e-3
_MOMENTUM = 0.1


def gelu(x: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
    """Return ``x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))``."""
    return functional.gelu(x, approximate="tanh")


class NormTanhGelu(BatchNorm):
    """Normalize each channel over batch and positions, then activate."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, NORM_EPS, _MOMENTUM)

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Normalize and activate; in training with the statistics of the batch, of all processes together."""
        return gelu(super().forward(x))
