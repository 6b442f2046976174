"""Adapters as their papers write them: a second path beside the frozen layer, added to its output."""

import torch
from torch import Tensor
from torch.nn import functional


def beside_linear(x: Tensor, weight: Tensor, down: Tensor, up: Tensor, scale: float) -> Tensor:
    """Return ``x W' + scale * (x down') up'`` (Hu et al. 2021, equation 3)."""
    return x @ weight.T + scale * (x @ down.T) @ up.T


def beside_convolution(
    x: Tensor, weight: Tensor, bias: Tensor, down: Tensor, up: Tensor, scale: float
) -> Tensor:
    """Return the convolution plus a narrow one of the same width followed by one of width one (LoCon)."""
    rows = x.transpose(1, 2)
    reach = weight.shape[-1] // 2
    narrow = functional.conv1d(rows, down.view(len(down), *weight.shape[1:]), padding=reach)
    added = functional.conv1d(narrow, up.unsqueeze(-1))
    return (functional.conv1d(rows, weight, bias, padding=reach) + scale * added).transpose(1, 2)


def fill(parts: list[Tensor], seed: int) -> None:
    """Draw all values anew, so that an adapter adds something."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for part in parts:
            part.copy_(torch.randn(part.shape, generator=generator, dtype=part.dtype) * 0.3)
