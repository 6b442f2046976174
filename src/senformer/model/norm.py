"""Batch normalization followed by GELU, as it stands before every convolution of the model.

In training both are one autograd function that keeps its input alone and normalizes again for the
gradient; in evaluation, and where the statistics are given, they are torch's own operations.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.convolution import as_image, from_image
from senformer.model.derivatives import first_order
from senformer.model.moments import Moments, input_gradient, n_processes, power_sums

GELU_SLOPE = 1.702
# What :class:`NormGelu` leaves out of the GELU; the layer that follows takes it as its gain.
GELU_GAIN = 1 / GELU_SLOPE
NORM_EPS = 1e-5
# Weight of a new batch in the running statistics: Enformer's decay is 0.9. Sonnet also removes the bias
# of the first steps and tracks the biased variance; torch does neither (no matter at inference).
MOMENTUM = 0.1
Statistics = tuple[Tensor, Tensor]


def gelu(x: Tensor) -> Tensor:
    """Return ``x * sigmoid(1.702 x)``, the approximation that Enformer was trained with."""
    return functional.silu(x * GELU_SLOPE) * GELU_GAIN


class _TrainedNormSilu(torch.autograd.Function):
    """``silu(batch_norm(x))`` with the statistics of the batch, which the running ones follow."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, var: Tensor) -> Tensor:
        normed, batch_mean, inverse_std = torch.native_batch_norm(
            as_image(x), weight, bias, mean, var, True, MOMENTUM, NORM_EPS
        )
        ctx.save_for_backward(x, weight, bias, batch_mean, inverse_std)
        return from_image(functional.silu(normed, inplace=True))

    @staticmethod
    @first_order("batch normalization in training")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias, mean, inverse_std = ctx.saved_tensors
        image = as_image(x)
        var = inverse_std**-2 - NORM_EPS
        normed = functional.batch_norm(image, mean, var, weight, bias, False, 0.0, NORM_EPS)
        d_normed = torch.ops.aten.silu_backward(as_image(grad), normed)
        dx, d_weight, d_bias = torch.ops.aten.native_batch_norm_backward(
            d_normed, image, weight, None, None, mean, inverse_std, True, NORM_EPS, [True, True, True]
        )
        return from_image(dx), d_weight, d_bias, None, None


class _SharedNormSilu(torch.autograd.Function):
    """The same with the statistics of the batches of all processes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, var: Tensor) -> Tensor:
        moments = Moments.of_sums(power_sums(x), x.shape[0] * x.shape[1])
        moments.follow(mean, var, MOMENTUM)
        ctx.moments = moments
        ctx.save_for_backward(x, weight, bias)
        return from_image(functional.silu(_normed(x, weight, bias, moments), inplace=True))

    @staticmethod
    @first_order("batch normalization in training")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias = ctx.saved_tensors
        mean, var = ctx.moments.mean.to(weight), ctx.moments.var.to(weight)
        d_normed = torch.ops.aten.silu_backward(as_image(grad), _normed(x, weight, bias, ctx.moments))
        dx, d_weight, d_bias = torch.ops.aten.native_batch_norm_backward(
            d_normed, as_image(x), weight, mean, var, None, None, False, NORM_EPS, [True, True, True]
        )
        d_sums = ctx.moments.gradients(weight, d_weight, d_bias, NORM_EPS)
        return input_gradient(x, from_image(dx), d_sums), d_weight, d_bias, None, None


def _normed(x: Tensor, weight: Tensor, bias: Tensor, moments: Moments) -> Tensor:
    mean, var = moments.mean.to(weight), moments.var.to(weight)
    return functional.batch_norm(as_image(x), mean, var, weight, bias, eps=NORM_EPS)


class NormGelu(nn.Module):
    """Batch normalization per channel over batch and positions, then GELU times 1.702.

    ``1.702 * gelu(y) == silu(1.702 * y)``: the slope goes into the normalization's scale and the factor
    into the next layer's weights (``gain=GELU_GAIN``), so that neither costs a pass.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(
        self, x: Float[Tensor, "batch position channel"], statistics: Statistics | None = None
    ) -> Float[Tensor, "batch position channel"]:
        """Normalize and activate.

        Parameters
        ----------
        x
            Activations.
        statistics
            Mean and variance to normalize by. By default in training those of the batch, of all
            processes together, and in evaluation the running ones.
        """
        weight, bias = self.weight * GELU_SLOPE, self.bias * GELU_SLOPE
        if self.training and statistics is None:
            norm_silu = _TrainedNormSilu if n_processes() == 1 else _SharedNormSilu
            return norm_silu.apply(x, weight, bias, self.running_mean, self.running_var)
        mean, var = statistics or (self.running_mean, self.running_var)
        normed = functional.batch_norm(as_image(x), mean, var, weight, bias, eps=NORM_EPS)
        return from_image(functional.silu(normed, inplace=not torch.is_grad_enabled()))
