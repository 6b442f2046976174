"""Batch normalization followed by GELU in the tanh form, as Baskerville has them before every layer."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.convolution import as_image, from_image
from senformer.model.derivatives import first_order
from senformer.model.moments import Moments, input_gradient, n_processes, power_sums

# Keras' epsilon, for both kinds of norm, and one minus its momentum of 0.9.
NORM_EPS = 1e-3
_MOMENTUM = 0.1


def gelu(x: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
    """Return ``x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))``."""
    return functional.gelu(x, approximate="tanh")


class _SharedNorm(torch.autograd.Function):
    """Normalize by the statistics of the batches of all processes, which the running ones follow."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, var: Tensor) -> Tensor:
        ctx.moments = Moments.of_sums(power_sums(x), x.shape[0] * x.shape[1])
        ctx.moments.follow(mean, var, _MOMENTUM)
        ctx.save_for_backward(x, weight)
        known = ctx.moments.mean.to(weight), ctx.moments.var.to(weight)
        return from_image(functional.batch_norm(as_image(x), *known, weight, bias, eps=NORM_EPS))

    @staticmethod
    @first_order("batch normalization in training")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        known = ctx.moments.mean.to(weight), ctx.moments.var.to(weight)
        dx, d_weight, d_bias = torch.ops.aten.native_batch_norm_backward(
            as_image(grad), as_image(x), weight, *known, None, None, False, NORM_EPS, [True, True, True]
        )
        d_sums = ctx.moments.gradients(weight, d_weight, d_bias, NORM_EPS)
        return input_gradient(x, from_image(dx), d_sums), d_weight, d_bias, None, None


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
        """Normalize and activate; in training with the statistics of the batch, of all processes together."""
        state = self.weight, self.bias, self.running_mean, self.running_var
        if self.training and n_processes() > 1:
            return gelu(_SharedNorm.apply(x, *state))
        weight, bias, mean, var = state
        normed = functional.batch_norm(
            as_image(x), mean, var, weight, bias, self.training, momentum=_MOMENTUM, eps=NORM_EPS
        )
        return from_image(gelu(normed))
