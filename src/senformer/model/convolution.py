"""Convolution along positions, for activations of (batch, position, channel).

It sees them as a channels-last image of height one, so that nothing is transposed: measured faster than
``conv1d`` on (batch, channel, position) and than unfolding, for every width of the tower.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.initializers import truncated_normal_


def as_image(x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch channel 1 position"]:
    """View activations as an image of height one whose memory is channels-last."""
    return x.transpose(1, 2).unsqueeze(2)


def from_image(x: Float[Tensor, "batch channel 1 position"]) -> Float[Tensor, "batch position channel"]:
    """Undo :func:`as_image`."""
    return x.squeeze(2).transpose(1, 2)


class Convolution(nn.Module):
    """Cross-correlation of an odd width, stride one, zeros beyond both ends."""

    def __init__(self, n_in: int, n_out: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_out, n_in, width))
        self.bias = nn.Parameter(torch.zeros(n_out))
        truncated_normal_(self.weight, n_in * width)

    def forward(
        self, x: Float[Tensor, "batch position i"], gain: float = 1.0
    ) -> Float[Tensor, "batch position o"]:
        """Convolve ``gain * x``; the gain is put into the weights."""
        weight = self.weight.unsqueeze(2)
        weight = weight if gain == 1 else weight * gain
        padding = (0, self.weight.shape[-1] // 2)
        return from_image(functional.conv2d(as_image(x), weight, self.bias, padding=padding))
