"""Batch normalization with an epsilon and a momentum of its own, by the statistics of all processes."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.core.errors import ConfigError
from senformer.model.convolution import as_image, from_image
from senformer.model.derivatives import first_order
from senformer.model.moments import Moments, input_gradient, n_processes, power_sums


class _SharedNorm(torch.autograd.Function):
    """Normalize by the statistics of the batches of all processes, which the running ones follow."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        mean: Tensor,
        var: Tensor,
        eps: float,
        momentum: float,
    ) -> Tensor:
        ctx.eps, ctx.moments = eps, Moments.of_sums(power_sums(x), x.shape[0] * x.shape[1])
        ctx.moments.follow(mean, var, momentum)
        ctx.save_for_backward(x, weight)
        known = ctx.moments.mean.to(weight), ctx.moments.var.to(weight)
        return from_image(functional.batch_norm(as_image(x), *known, weight, bias, eps=eps))

    @staticmethod
    @first_order("batch normalization in training")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        known = ctx.moments.mean.to(weight), ctx.moments.var.to(weight)
        dx, d_weight, d_bias = torch.ops.aten.native_batch_norm_backward(
            as_image(grad), as_image(x), weight, *known, None, None, False, ctx.eps, [True, True, True]
        )
        d_sums = ctx.moments.gradients(weight, d_weight, d_bias, ctx.eps)
        return input_gradient(x, from_image(dx), d_sums), d_weight, d_bias, None, None, None, None


class BatchNorm(nn.Module):
    """Normalize each channel over batch and positions.

    Attributes
    ----------
    eps
        Added to the variance.
    momentum
        Weight of a new batch in the running statistics, as torch has it: one minus that of Keras.
    """

    def __init__(self, channels: int, eps: float, momentum: float) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch position channel"]:
        """Normalize; in training by the statistics of the batch, of all processes together."""
        state = self.weight, self.bias, self.running_mean, self.running_var
        if self.training and n_processes() > 1:
            return _SharedNorm.apply(x, *state, self.eps, self.momentum)
        weight, bias, mean, var = state
        normed = functional.batch_norm(
            as_image(x), mean, var, weight, bias, self.training, momentum=self.momentum, eps=self.eps
        )
        return from_image(normed)


def set_norm_momentum(model: nn.Module, momentum: float) -> None:
    """Give every batch of training this weight in the running statistics.

    Raises
    ------
    ConfigError
        The model has no norm whose weight can be chosen (E676).
    """
    norms = [module for module in model.modules() if isinstance(module, BatchNorm)]
    if not norms:
        found = "has no effect: the model has no batch normalization, or one of a fixed momentum of 0.1"
        raise ConfigError("E676", "train.norm_momentum", found, "Leave it out.")
    for norm in norms:
        norm.momentum = momentum
