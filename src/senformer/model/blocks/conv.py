"""Convolution of any width, with or without zeros beyond the ends, dilated or not."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.blocks.framework import Framework
from senformer.model.convolution import as_image, from_image


class Conv(nn.Module):
    """Cross-correlation along positions, stride one.

    Attributes
    ----------
    padding
        ``valid`` reads no zeros and loses ``(width - 1) * dilation`` positions; ``same`` keeps all, the odd
        zero of an even width at the right.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        width: int,
        framework: Framework,
        *,
        padding: Literal["valid", "same"] = "valid",
        dilation: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.dilation, self.padding = dilation, padding
        self._lost = (width - 1) * dilation
        self.weight = nn.Parameter(torch.empty(n_out, n_in, width))
        self.bias = nn.Parameter(torch.empty(n_out)) if bias else None
        fans = n_in * width, n_out * width
        framework.weight(self.weight, *fans)
        if self.bias is not None:
            framework.bias(self.bias, *fans)

    def out_length(self, length: int) -> int:
        """Return how many positions come out of so many."""
        return length if self.padding == "same" else length - self._lost

    def forward(self, x: Float[Tensor, "batch position i"]) -> Float[Tensor, "batch out o"]:
        """Convolve."""
        return self._convolve(x, self.weight)

    def _convolve(
        self, x: Float[Tensor, "batch position i"], weight: Float[Tensor, "o i width"]
    ) -> Float[Tensor, "batch out o"]:
        image = as_image(x)
        if self.padding == "same":
            left = self._lost // 2
            image = functional.pad(image, (left, self._lost - left))
        return from_image(
            functional.conv2d(image, weight.unsqueeze(2), self.bias, dilation=(1, self.dilation))
        )
