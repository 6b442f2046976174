"""Batch statistics as sums that can be merged: over tiles, examples and processes.

Sums of values and of squares in float64, so that neither the cut nor the order matters. Where
``torch.distributed`` runs more than one process, they are added up over all of them, on the way back too;
torch's own synchronized batch normalization refuses CPUs.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, distributed

# Rows summed at a time, whose float64 copy exists: on a CPU it stays in a core's cache.
_ROWS = {"cpu": 1024, "cuda": 2**16}


def n_processes() -> int:
    """Return how many processes share a batch: 1 without ``torch.distributed``."""
    running = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if running else 1


def all_reduced(sums: Tensor) -> Tensor:
    """Return the sum over all processes."""
    if n_processes() > 1:
        distributed.all_reduce(sums)
    return sums


def power_sums(x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "2 channel"]:
    """Return each channel's sum of values and of squares over batch and positions, in float64."""
    sums = torch.zeros(2, x.shape[-1], dtype=torch.float64, device=x.device)
    rows = _ROWS.get(x.device.type, _ROWS["cuda"])
    for example in x:
        for part in example.split(rows):
            wide = part.double()
            sums[0] += wide.sum(0)
            sums[1] += wide.square().sum(0)
    return sums


def add_input_gradient(
    x: Float[Tensor, "batch position channel"],
    dx: Float[Tensor, "batch position channel"],
    d_sums: Float[Tensor, "2 channel"],
) -> None:
    """Add to ``dx`` what comes back by the power sums of ``x``, in place."""
    d_sum, twice_d_square = (d_sums * d_sums.new_tensor([[1.0], [2.0]])).to(dx.dtype)
    dx.addcmul_(x, twice_d_square).add_(d_sum)


def input_gradient(
    x: Float[Tensor, "batch position channel"],
    dx: Float[Tensor, "batch position channel"],
    d_sums: Float[Tensor, "2 channel"],
) -> Float[Tensor, "batch position channel"]:
    """Return ``dx`` and what comes back by the power sums of ``x``, which may overwrite ``dx``.

    Added in float32 or wider and rounded once: ``d_sums`` are the same for all positions, so in a shorter
    type their error would be too, and a channel's gradients would no longer add up to zero.
    """
    wide = dx.to(torch.promote_types(dx.dtype, torch.float32))
    add_input_gradient(x, wide, d_sums)
    return wide.to(dx.dtype)


@dataclass(frozen=True)
class Moments:
    """Statistics of a batch, the same in every process.

    Attributes
    ----------
    count
        Positions in all examples of all processes.
    mean, var
        Of each channel, float64; the variance is the biased one that normalization divides by.
    """

    count: float
    mean: Float[Tensor, " channel"]
    var: Float[Tensor, " channel"]

    @classmethod
    def of_sums(cls, sums: Float[Tensor, "2 channel"], count: int) -> "Moments":
        """Return the moments of all processes from this one's sums over ``count`` positions."""
        own = torch.cat([sums.flatten(), sums.new_tensor([count])])
        total = all_reduced(own)
        n = total[-1].item()
        mean, square = (total[:-1] / n).view_as(sums)
        return cls(n, mean, (square - mean.square()).clamp_(min=0))

    def follow(self, running_mean: Tensor, running_var: Tensor, momentum: float) -> None:
        """Move running statistics towards these, with the unbiased variance, as torch does."""
        unbiased = self.var * (self.count / max(self.count - 1, 1))
        running_mean.lerp_(self.mean.to(running_mean.dtype), momentum)
        running_var.lerp_(unbiased.to(running_var.dtype), momentum)

    def gradients(
        self,
        weight: Float[Tensor, " channel"],
        d_weight: Float[Tensor, " channel"],
        d_bias: Float[Tensor, " channel"],
        eps: float,
    ) -> Float[Tensor, "2 channel"]:
        """Return the gradients of this process's power sums.

        Parameters
        ----------
        weight
            Scale of the normalization ``weight * (x - mean) / sqrt(var + eps) + bias``.
        d_weight, d_bias
            This process's gradients of scale and bias with the statistics held fixed.
        eps
            Added to the variance.
        """
        scale = (self.var + eps).rsqrt()
        d_mean = -scale * weight.double() * d_bias.double()
        d_var = -0.5 * scale.square() * weight.double() * d_weight.double()
        d_mean, d_var = all_reduced(torch.stack([d_mean, d_var]))
        return torch.stack([d_mean - 2 * self.mean * d_var, d_var]) / self.count
