"""Max pooling over positions by any factor."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.convolution import as_image, from_image


class MaxPool(nn.Module):
    """Keep the largest of each ``size`` positions.

    Attributes
    ----------
    is_ceiled
        Whether positions that are left over at the end are one more, shorter window; else they are dropped.
    """

    def __init__(self, size: int, is_ceiled: bool = False) -> None:
        super().__init__()
        self.size, self.is_ceiled = size, is_ceiled

    def out_length(self, length: int) -> int:
        """Return how many positions come out of so many."""
        return -(-length // self.size) if self.is_ceiled else length // self.size

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch out channel"]:
        """Pool."""
        pooled = functional.max_pool2d(as_image(x), (1, self.size), ceil_mode=self.is_ceiled)
        return from_image(pooled)
