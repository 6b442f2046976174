"""Max pooling whose windows overlap, as many of them as strides fit: Keras' with padding ``same``."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.convolution import as_image, from_image


class OverlapPool(nn.Module):
    """Keep the largest of ``size`` positions, every ``stride`` positions; what lies beyond the ends is none.

    The windows stand as evenly as they can, the odd position beyond the end at the right.
    """

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        self.size, self.stride = size, stride

    def out_length(self, length: int) -> int:
        """Return how many positions come out of so many."""
        return -(-length // self.stride)

    def forward(self, x: Float[Tensor, "batch position channel"]) -> Float[Tensor, "batch out channel"]:
        """Pool."""
        length = x.shape[1]
        beyond = max(0, (self.out_length(length) - 1) * self.stride + self.size - length)
        image = functional.pad(as_image(x), (beyond // 2, beyond - beyond // 2), value=float("-inf"))
        return from_image(functional.max_pool2d(image, (1, self.size), (1, self.stride)))
