"""The way back to fine bins: each block doubles the positions and adds what the tower had there."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.baskerville.norm import NormTanhGelu
from senformer.model.convolution import as_image, from_image
from senformer.model.initializers import variance_scaling_
from senformer.model.linear import Linear, pointwise


@torch.no_grad()
def _glorot_uniform_(weight: Tensor, fans: int) -> None:
    limit = math.sqrt(6 / fans)
    weight.uniform_(-limit, limit)


def lecun_linear(n_in: int, n_out: int) -> Linear:
    """Return a linear layer whose initial weights have a variance of one over ``n_in``."""
    layer = Linear(n_in, n_out)
    variance_scaling_(layer.weight, n_in, scale=1.0)
    return layer


class SeparableConvolution(nn.Module):
    """Convolve each channel by itself, then mix the channels; the initial values are Keras'."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Parameter(torch.empty(channels, 1, width))
        self.weight = nn.Parameter(torch.empty(channels, channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        _glorot_uniform_(self.depthwise, width * (channels + 1))
        _glorot_uniform_(self.weight, 2 * channels)

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Convolve with zeros beyond both ends."""
        channels, _, width = self.depthwise.shape
        image = functional.conv2d(
            as_image(x), self.depthwise.unsqueeze(2), padding=(0, width // 2), groups=channels
        )
        return pointwise(from_image(image), self.weight, self.bias)


class Upsampling(nn.Module):
    """Norm, GELU, linear, twice the positions; plus the kept output likewise; separable convolution."""

    def __init__(self, channels: int, kept_channels: int, width: int) -> None:
        super().__init__()
        self.norm = NormTanhGelu(channels)
        self.linear = lecun_linear(channels, channels)
        self.kept_norm = NormTanhGelu(kept_channels)
        self.kept_linear = lecun_linear(kept_channels, channels)
        self.conv = SeparableConvolution(channels, width)

    def forward(
        self, x: Float[Tensor, "batch position channel"], kept: Float[Tensor, "batch double kept"]
    ) -> Float[Tensor, "batch double channel"]:
        """Double the positions of ``x``; ``kept`` is the tower's output at that resolution."""
        coarse = self.linear(self.norm(x)).repeat_interleave(2, dim=1)
        return self.conv(coarse + self.kept_linear(self.kept_norm(kept)))
