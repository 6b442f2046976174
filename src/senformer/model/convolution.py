"""Convolution along positions, for activations of (batch, position, channel).

It sees them as a channels-last image of height one, so that nothing is transposed: measured faster than
``conv1d`` on (batch, channel, position) and than unfolding, for every width of the tower. Wide ones of
predictions on a CPU go by :mod:`senformer.model.winograd`, where their caller lets them.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model import winograd
from senformer.model.derivatives import first_order
from senformer.model.initializers import truncated_normal_
from senformer.model.linear import weight_gradient


def as_image(x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch channel 1 position"]:
    """View activations as an image of height one whose memory is channels-last."""
    return x.transpose(1, 2).unsqueeze(2)


def from_image(x: Float[Tensor, "batch channel 1 position"]) -> Float[Tensor, "batch position channel"]:
    """Undo :func:`as_image`."""
    return x.squeeze(2).transpose(1, 2)


# Input channels from which the gradient of one tap at a time is the faster.
_MIN_IN = 64


class _Inside(torch.autograd.Function):
    """``gain * conv(x) + bias`` without padding; its weight gradient is made tap by tap, as 1x1 convolutions.

    oneDNN's own weight gradient of five taps reaches a third of the speed of its other products in
    float32 (140 against 400 GFLOPS on the machine measured); that of one tap does not. The gain goes over
    a tile's results, which are smaller than the weights.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, gain: float) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.gain = gain
        y = functional.conv2d(x, weight)
        return torch.add(bias[:, None, None], y, alpha=gain, out=y)

    @staticmethod
    @first_order("convolution of a tile")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        dx, d_weight = None, None
        d_bias = grad.sum((0, 2, 3)) if ctx.needs_input_grad[2] else None
        scaled = grad if ctx.gain == 1 else grad * ctx.gain
        if ctx.needs_input_grad[0]:
            plain = ([1, 1], [0, 0], [1, 1], False, [0, 0], 1)
            backward = torch.ops.aten.convolution_backward
            dx = backward(scaled, x, weight, None, *plain, [True, False, False])[0]
        if ctx.needs_input_grad[1]:
            rows, d_rows = from_image(x), from_image(scaled)
            n, taps = d_rows.shape[1], range(weight.shape[-1])
            parts = [weight_gradient(rows[:, k : k + n], d_rows) for k in taps]
            d_weight = torch.stack(parts, dim=-1).unsqueeze(2)
        return dx, d_weight, d_bias, None


class Convolution(nn.Module):
    """Cross-correlation of an odd width, stride one, zeros beyond both ends.

    Attributes
    ----------
    n_in, n_out, width
        Of the weight, which is made anew wherever it is read once it has an adapter.
    """

    def __init__(self, n_in: int, n_out: int, width: int) -> None:
        super().__init__()
        self.n_in, self.n_out, self.width = n_in, n_out, width
        self.weight = nn.Parameter(torch.empty(n_out, n_in, width))
        self.bias = nn.Parameter(torch.zeros(n_out))
        truncated_normal_(self.weight, n_in * width)

    def forward(
        self, x: Float[Tensor, "batch position i"], gain: float = 1.0
    ) -> Float[Tensor, "batch position o"]:
        """Convolve ``gain * x``; the gain is put into the weights."""
        weight, ends = self.weight, self.width // 2
        transformed = winograd.weights_for(x, weight, gain)
        if transformed is not None:
            return winograd.convolve(functional.pad(x, (0, 0, ends, ends)), transformed, self.bias)
        return from_image(functional.conv2d(as_image(x), _taps(weight, gain), self.bias, padding=(0, ends)))

    def inside(
        self, x: Float[Tensor, "batch position i"], gain: float = 1.0
    ) -> Float[Tensor, "batch inner o"]:
        """Convolve ``gain * x`` without zeros beyond the ends: ``width - 1`` positions are lost."""
        weight = self.weight
        transformed = winograd.weights_for(x, weight, gain, lost=self.width - 1)
        if transformed is not None:
            return winograd.convolve(x, transformed, self.bias)
        image = as_image(x)
        plain = image.device.type != "cpu" or image.dtype != torch.float32 or self.n_in < _MIN_IN
        if plain or torch.is_autocast_enabled("cpu"):
            return from_image(functional.conv2d(image, _taps(weight, gain), self.bias))
        return from_image(_Inside.apply(image, weight.unsqueeze(2), self.bias, gain))


def _taps(weight: Tensor, gain: float) -> Tensor:
    weight = weight.unsqueeze(2)
    return weight if gain == 1 else weight * gain
