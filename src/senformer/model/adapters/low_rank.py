"""A low-rank addition to a frozen weight.

The weight that a layer reads is ``weight + scale * up @ down``, made where it is read. ``up`` begins at zero,
so that at first nothing changes, to the bit; and putting the sum into the weight, in the end, gives the same
numbers again. Of a convolution, ``down`` is a convolution of the whole width to ``rank`` channels and ``up``
one of a single position.

Source: Hu et al. 2021, arXiv:2106.09685 (LoRA); Yeh et al. 2023, arXiv:2309.14859 (of convolutions, LoCon).
Here the addition is to the weight rather than to the output: one more dense gradient a layer is made for it,
the same layers and tiles serve as without, and there is no dropout of its input.
"""

import torch
from torch import Tensor, nn

from senformer.model.modes import own_types


class LowRank(nn.Module):
    """What is added to a weight; the first axis of the weight is its output.

    Attributes
    ----------
    down, up
        (rank, input) and (output, rank); the input of a convolution has channels and width.
    scale
        Factor on their product.
    """

    def __init__(self, weight: Tensor, rank: int, alpha: float | None, generator: torch.Generator) -> None:
        super().__init__()
        n_out, n_in = weight.shape[0], weight[0].numel()
        down = torch.randn(rank, n_in, generator=generator, device="cpu") * n_in**-0.5
        self.down = nn.Parameter(down.to(weight.device, weight.dtype))
        self.up = nn.Parameter(torch.zeros(n_out, rank, device=weight.device, dtype=weight.dtype))
        self.scale = 1.0 if alpha is None else alpha / rank

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight with the addition."""
        # In the weights' own precision, under autocast too: the merged weight is to be the same.
        with own_types(weight):
            return weight + (self.scale * self.up @ self.down).view_as(weight)
