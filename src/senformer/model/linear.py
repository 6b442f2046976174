"""Linear layers over positions, in the form that the machine multiplies fastest.

On a CPU a (positions, channels) matrix is, without a copy, a channels-last image, and its 1x1
convolution goes to oneDNN instead of MKL: 2.4 times faster in float32 on the machine measured (AMD, one
core, 48 to 768 channels). Short bfloat16 matrices and other devices take the plain product.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from senformer.model.initializers import truncated_normal_
from senformer.model.winograd import few_as_many

# Positions a row of the image: oneDNN is asked from 16 rows on, and blocks long rows badly.
_MIN_WIDTH, _MAX_WIDTH, _MIN_ROWS = 16, 512, 16
_LONG = 8192
# Float32 rows from which on as many are added as make an image.
_MIN_PADDED = 256


def _image_width(x: Tensor) -> int:
    """Return the positions a row for the convolution, or 0 where the plain product is as good."""
    n = x.numel() // x.shape[-1]
    if x.device.type != "cpu" or not x.is_contiguous():
        return 0
    if not _is_image(x) and n < _LONG:
        return 0
    width = min(_MAX_WIDTH, n & -n)
    while width > _MIN_WIDTH and n // width < _MIN_ROWS:
        width //= 2
    return width if width >= _MIN_WIDTH and n // width >= _MIN_ROWS else 0


def _is_image(x: Tensor) -> bool:
    """Say whether the convolution is the faster for matrices of any length."""
    is_plain = x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
    return x.device.type == "cpu" and is_plain


def pointwise(
    x: Float[Tensor, "*position i"], weight: Float[Tensor, "o i"], bias: Float[Tensor, " o"] | None = None
) -> Float[Tensor, "*position o"]:
    """Return ``x @ weight.T + bias``."""
    rows, width = x, _image_width(x)
    n = x.numel() // x.shape[-1]
    if not width and _is_image(x) and (n >= _MIN_PADDED or few_as_many(x.shape[-1])):
        # By the same kernel as other numbers of rows, whose sums it then has to the last bit.
        rows = functional.pad(x.reshape(n, x.shape[-1]).contiguous(), (0, 0, 0, -n % _MIN_PADDED))
        width = _image_width(rows)
    if not width:
        return functional.linear(x, weight, bias)
    image = rows.view(-1, 1, width, x.shape[-1]).permute(0, 3, 1, 2)
    y = functional.conv2d(image, weight[:, :, None, None], bias).permute(0, 2, 3, 1)
    return y.reshape(-1, weight.shape[0])[:n].view(*x.shape[:-1], weight.shape[0])


def weight_gradient(
    x: Float[Tensor, "*position i"], grad: Float[Tensor, "*position o"]
) -> Float[Tensor, "o i"]:
    """Return ``grad.T @ x``: the gradient of the weight of :func:`pointwise`."""
    width = min(_image_width(x), _image_width(grad))
    if not width:
        return grad.flatten(0, -2).T @ x.flatten(0, -2)
    images = [part.view(-1, 1, width, part.shape[-1]).permute(0, 3, 1, 2) for part in (grad, x)]
    weight = x.new_empty(grad.shape[-1], x.shape[-1], 1, 1)
    plain = ([1, 1], [0, 0], [1, 1], False, [0, 0], 1)
    found = torch.ops.aten.convolution_backward(*images, weight, None, *plain, [False, True, False])[1]
    return found.flatten(1)


class Linear(nn.Module):
    """A linear layer with Enformer's plain initial values; the bias, if any, begins at zero."""

    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_out, n_in))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None
        truncated_normal_(self.weight, n_in)

    def forward(self, x: Float[Tensor, "*position i"], gain: float = 1.0) -> Float[Tensor, "*position o"]:
        """Return ``gain * x @ weight.T + bias``; the gain is put into the weights."""
        weight = self.weight if gain == 1 else self.weight * gain
        return pointwise(x, weight, self.bias)
