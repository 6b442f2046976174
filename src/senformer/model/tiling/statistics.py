"""Statistics of what a piece's norm reads in a whole batch, and the gradient that comes back by them.

Every tile's output depends on every input through mean and variance. Both are functions of two sums a
channel, of values and of squares, so the gradient of input ``x`` gains ``d_sum + 2 x d_square``: known
once all tiles have been gone through, and one pass to add.

What the stem's norm reads is linear in the one-hot window, and base-resolution activations are never
whole; there the sums follow from the first and second moments of the windows of 15 bases.
"""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from senformer.model.moments import power_sums
from senformer.model.tiling.pieces import Piece, StemPiece

_TILE = 16_384


def normed_sums(piece: Piece, x: Float[Tensor, "batch row i"]) -> Float[Tensor, "2 channel"]:
    """Return sums, and of squares, of what the piece's norm reads when the piece reads ``x``."""
    if not isinstance(piece, StemPiece):
        return power_sums(x)
    with torch.no_grad():
        return _stem_sums(piece.conv.weight, piece.conv.bias, _all_windows(piece, x))


def stem_gradients(
    piece: StemPiece,
    weights: Sequence[Tensor],
    x: Float[Tensor, "batch row 4"],
    d_sums: Float[Tensor, "2 channel"],
) -> tuple[Float[Tensor, "channel 4 width"], Float[Tensor, " channel"], Float[Tensor, "window window_1"]]:
    """Return what comes back by the sums to the stem's weights, its bias and the windows' moments.

    Parameters
    ----------
    piece
        The stem.
    weights
        Its convolution's weights and bias.
    x
        What it read.
    d_sums
        Gradients of the sums.
    """
    leaves = [*(tensor.detach().double() for tensor in weights), _all_windows(piece, x)]
    leaves = [leaf.requires_grad_() for leaf in leaves]
    with torch.enable_grad():
        sums = _stem_sums(*leaves)
    d_weight, d_bias, d_windows = torch.autograd.grad(sums, leaves, d_sums)
    return d_weight, d_bias, d_windows


def add_base_gradient(
    piece: StemPiece,
    x: Float[Tensor, "batch row 4"],
    dx: Float[Tensor, "batch row 4"],
    d_windows: Float[Tensor, "window window_1"],
) -> None:
    """Add to ``dx`` what comes back by the moments of the windows of ``x``, in place."""
    for example, low, high, missing in _tiles(piece, x):
        bases = x[example, low:high].detach().requires_grad_()
        with torch.enable_grad():
            found = _windows(piece, bases, missing)
        dx[example, low:high] += torch.autograd.grad(found, bases, d_windows)[0]


def _stem_sums(weight: Tensor, bias: Tensor, windows: Tensor) -> Tensor:
    """Return the power sums of ``weight * window + bias`` from the windows' moments."""
    # The windows carry a constant of one as their last value, which the bias multiplies.
    flat = torch.cat([weight.double().transpose(1, 2).flatten(1), bias.double()[:, None]], dim=1)
    mixed = flat @ windows
    return torch.stack([mixed[:, -1], (mixed * flat).sum(1)])


def _windows(piece: StemPiece, x: Tensor, missing: tuple[int, int]) -> Tensor:
    """Return the second moments, as sums, of the windows of one example, each with a one at its end."""
    filled = functional.pad(x.double(), (0, 0, *missing))
    flat = filled.unfold(0, 2 * piece.reach + 1, 1).transpose(1, 2).flatten(1)
    flat = functional.pad(flat, (0, 1), value=1.0)
    return flat.T @ flat


def _tiles(piece: StemPiece, x: Tensor) -> Iterator[tuple[int, int, int, tuple[int, int]]]:
    n = x.shape[1]
    for example in range(x.shape[0]):
        for first in range(0, n, _TILE):
            low, high = first - piece.reach, min(first + _TILE, n) + piece.reach
            yield example, max(low, 0), min(high, n), (max(-low, 0), max(high - n, 0))


def _all_windows(piece: StemPiece, x: Tensor) -> Tensor:
    tiles = _tiles(piece, x)
    return sum(_windows(piece, x[e, low:high], missing) for e, low, high, missing in tiles)  # type: ignore[return-value]
