"""Batch normalization followed by GELU in the tanh form, as Baskerville has them before every layer."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.convolution import as_image, from_image

# Keras' epsilon, for both kinds of norm, and one minus its momentum of 0.9.
NORM_EPS = 1e-3
_MOMENTUM = 0.1


def gelu(x: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
    """Return ``x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))``."""
    return functional.gelu(x, approximate="tanh")


class NormTanhGelu(nn.Module):
    """Normalize each channel over batch and positions, then activate."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Normalize and activate; in training with the batch's own statistics."""
        normed = functional.batch_norm(
            as_image(x),
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            training=self.training,
            momentum=_MOMENTUM,
            eps=NORM_EPS,
        )
        return from_image(gelu(normed))
