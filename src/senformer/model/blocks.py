"""The convolutional parts that stem, tower and final pointwise share.

Activations are (batch, position, channel) throughout; a convolution sees them as a channels-last image
of height one, so that nothing is transposed.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from senformer.model.initializers import linear, scaled_identity_, truncated_normal_

GELU_SLOPE = 1.702
NORM_EPS = 1e-5
# Weight of a new batch in the running statistics: Enformer's decay is 0.9. Sonnet also removes the bias
# of the first steps and tracks the biased variance; torch does neither (no matter at inference).
BATCH_NORM_MOMENTUM = 0.1


def gelu(x: Tensor) -> Tensor:
    """Return ``x * sigmoid(1.702 x)``, the approximation that Enformer was trained with."""
    return F.silu(x * GELU_SLOPE) * (1 / GELU_SLOPE)


def as_image(x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch channel 1 position"]:
    """View activations as an image of height one whose memory is channels-last."""
    return x.transpose(1, 2).unsqueeze(2)


def from_image(x: Float[Tensor, "batch channel 1 position"]) -> Float[Tensor, "batch position channel"]:
    """Undo :func:`as_image`."""
    return x.squeeze(2).transpose(1, 2)


class BatchNorm(nn.Module):
    """Batch normalization per channel over batch and positions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Normalize; in training with the batch's own statistics, which the running ones follow."""
        normed = F.batch_norm(
            as_image(x),
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            training=self.training,
            momentum=BATCH_NORM_MOMENTUM,
            eps=NORM_EPS,
        )
        return from_image(normed)


class Convolution(nn.Module):
    """A convolution along positions, stride one, zeros beyond both ends."""

    def __init__(self, n_in: int, n_out: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_out, n_in, width))
        self.bias = nn.Parameter(torch.zeros(n_out))
        truncated_normal_(self.weight, n_in * width)

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch position o"]:
        """Convolve."""
        padding = self.weight.shape[-1] // 2
        y = F.conv2d(as_image(x), self.weight.unsqueeze(2), self.bias, padding=(0, padding))
        return from_image(y)


class PointwiseBlock(nn.Module):
    """Add to the input its normalized, activated and linearly mixed self."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = BatchNorm(channels)
        self.linear = linear(channels, channels)

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Return ``x + W gelu(norm(x)) + b``."""
        return x + self.linear(gelu(self.norm(x)))


class AttentionPool(nn.Module):
    """Merge pairs of neighbors by a softmax over the pair, one weight a channel.

    A softmax over two is the sigmoid of their difference, so only the difference is multiplied.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, channels))
        scaled_identity_(self.weight, 2.0)

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch half channel"]:
        """Halve the positions."""
        left, right = x[:, 0::2], x[:, 1::2]
        difference = left - right
        gate = torch.sigmoid(F.linear(difference, self.weight))
        return torch.addcmul(right, gate, difference)


class MaxPool(nn.Module):
    """Keep the larger of two neighbors, channel by channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch half channel"]:
        """Halve the positions."""
        return torch.maximum(x[:, 0::2], x[:, 1::2])


POOLINGS = {"attention": AttentionPool, "max": MaxPool}
