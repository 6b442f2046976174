"""One set of kernels on both strands of a window."""

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.blocks.conv import Conv
from senformer.model.blocks.framework import Framework


class StrandConv(Conv):
    """Convolve with every kernel and with its reverse complement, without a bias.

    What comes out has the positions of the forward strand: first the channels of the kernels, then those of
    their reverse complements.
    """

    def __init__(self, n_out: int, width: int, framework: Framework) -> None:
        super().__init__(4, n_out, width, framework, padding="same", bias=False)

    def forward(self, x: Float[Tensor, "batch base 4"]) -> Float[Tensor, "batch base o"]:
        """Convolve."""
        return self._convolve(x, torch.cat([self.weight, self.weight.flip(1, 2)]))
