"""Convolutions of five positions by Winograd's method: for four results eight products of channels, not 20.

For predictions in float32 on a CPU. Each stretch of eight inputs is turned into the values of a polynomial at
0, 1, -1, 2, -2, 1/2, -1/2 and infinity, multiplied there by the weights' own, and turned back. The price is
rounding: an error of about 1e-6 of the results' spread, where the plain sum has 2e-7.

Source: Lavin and Gray 2016, arXiv:1509.09308, F(4, 5); rows are scaled by powers of two.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

WIDTH = 5
_OUT, _POINTS = 4, 8
# From how many input channels and result rows on it is the faster, weights given.
_MIN_IN, MIN_ROWS = 384, 64
# Rows from which on oneDNN adds up in one and the same order.
_LEAST = 32
# What weights become, point by point.
_WEIGHTS = (
    (8, 0, 0, 0, 0),
    (1, 1, 1, 1, 1),
    (1, -1, 1, -1, 1),
    (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2),
    (1 / 32, -1 / 16, 1 / 8, -1 / 4, 1 / 2),
    (4, 2, 1, 1 / 2, 1 / 4),
    (4, -2, 1, -1 / 2, 1 / 4),
    (0, 0, 0, 0, 8),
)
# What inputs two, four and six (odd) and three, five and seven (even) give at each pair of points.
_PAIRS = (
    ((-2 / 9, 17 / 18, -2 / 9), (-2 / 9, 17 / 18, -2 / 9)),
    ((8 / 45, -8 / 9, 32 / 45), (4 / 45, -4 / 9, 16 / 45)),
    ((16 / 45, -4 / 9, 4 / 45), (32 / 45, -8 / 9, 8 / 45)),
)

Weights = Float[Tensor, "8 o i"]


@dataclass(frozen=True)
class _Scope:
    min_rows: int
    weights: dict[tuple[Tensor, float], Weights] = field(default_factory=dict)


_scope: ContextVar[_Scope | None] = ContextVar("winograd", default=None)


@contextmanager
def transformed_once(min_rows: int = MIN_ROWS) -> Iterator[None]:
    """Let convolutions of predictions go this way; each one's weights are transformed once within.

    Parameters
    ----------
    min_rows
        Results from which on it is taken. Parts of a sequence agree with the whole best if both take it, and
        if the first result of a part is the first of four in the whole.
    """
    before = _scope.set(_Scope(min_rows))
    try:
        yield
    finally:
        _scope.reset(before)


def few_as_many(n_in: int) -> bool:
    """Say whether few rows are to round as they would among the many that they are a part of.

    In narrow layers they are not, for nothing behind them makes rounding larger, and it would take time.
    """
    scope = _scope.get()
    return scope is not None and scope.min_rows == 1 and n_in >= _MIN_IN


def weights_for(
    x: Float[Tensor, "batch row i"], weight: Float[Tensor, "o i width"], gain: float, lost: int = 0
) -> Weights | None:
    """Return the transformed weights of ``gain * weight`` where they are the better way for an input.

    ``lost`` rows fewer come out than go in.
    """
    scope = _scope.get()
    is_plain = x.device.type == "cpu" and x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
    if scope is None or torch.is_grad_enabled() or not is_plain:
        return None
    _, n_in, width = weight.shape
    if width != WIDTH or n_in < _MIN_IN or x.shape[1] - lost < scope.min_rows:
        return None
    if (weight, gain) not in scope.weights:
        scope.weights[weight, gain] = transform(weight * gain)
    return scope.weights[weight, gain]


def transformed_bytes(n_in: int, n_out: int, width: int) -> int:
    """Return the bytes of a layer's transformed weights in float32, which exist while a scope does."""
    return 4 * _POINTS * n_in * n_out if width == WIDTH and n_in >= _MIN_IN else 0


def transform(weight: Float[Tensor, "o i 5"]) -> Weights:
    """Return weights at each of the points."""
    points = torch.tensor(_WEIGHTS, dtype=weight.dtype, device=weight.device)
    return torch.einsum("pk,oik->poi", points, weight).contiguous()


def convolve(
    x: Float[Tensor, "batch row i"], weights: Weights, bias: Float[Tensor, " o"]
) -> Float[Tensor, "batch inner o"]:
    """Return the convolution of rows that are all there; ``width - 1`` of them are lost."""
    n_rows = x.shape[1] - WIDTH + 1
    n_tiles = -(-n_rows // _OUT)
    surplus = n_tiles * _OUT - n_rows
    if surplus:
        x = functional.pad(x, (0, 0, 0, surplus))
    batch = len(x)
    values = _forth(x, n_tiles)
    products = [
        # What is added at the point 1 is added to every result.
        _product(value, weight, bias if point == 1 else None)
        for point, (value, weight) in enumerate(zip(values, weights, strict=True))
    ]
    y = x.new_empty(batch, n_tiles, _OUT, len(bias))
    _back(products, y)
    return y.flatten(1, 2)[:, :n_rows]


def _product(value: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return a product over channels that rounds alike whatever the number of rows.

    Another order of its sums would differ by rounding, and the way back makes that five times larger.
    """
    n_rows = value.shape[1]
    if n_rows < _LEAST:
        value = functional.pad(value, (0, 0, 0, _LEAST - n_rows))
    image = value.transpose(1, 2).unsqueeze(2)
    found = functional.conv2d(image, weight[:, :, None, None], bias).squeeze(2).transpose(1, 2)
    return found[:, :n_rows]


def _forth(x: Tensor, n_tiles: int) -> Tensor:
    """Return the inputs' values at the points, (point, batch, tile, channel)."""
    s = [x[:, i : i + _OUT * n_tiles - _OUT + 1 : _OUT] for i in range(_POINTS)]
    values = x.new_empty(_POINTS, x.shape[0], n_tiles, x.shape[2])
    even, odd = x.new_empty(values.shape[1:]), x.new_empty(values.shape[1:])
    torch.sub(s[0], s[6], out=values[0])
    torch.sub(s[4], s[2], out=even)
    values[0].mul_(1 / 8).add_(even, alpha=21 / 32)
    torch.sub(s[7], s[1], out=values[7])
    torch.sub(s[3], s[5], out=odd)
    values[7].mul_(1 / 8).add_(odd, alpha=21 / 32)
    for number, (odds, evens) in enumerate(_PAIRS):
        for total, factors, parts in ((odd, odds, s[1:6:2]), (even, evens, s[2:7:2])):
            torch.mul(parts[0], factors[0], out=total)
            total.add_(parts[1], alpha=factors[1]).add_(parts[2], alpha=factors[2])
        torch.add(even, odd, out=values[2 * number + 1])
        torch.sub(even, odd, out=values[2 * number + 2])
    return values


def _back(products: list[Tensor], y: Tensor) -> None:
    """Put the results of products at the points into (batch, tile, 4, channel)."""
    sums, differences = [], []
    for plus, minus in (products[1:3], products[3:5], products[5:7]):
        sums.append(plus + minus)
        differences.append(plus.sub_(minus))
    ends = (products[0], None, None, products[7])
    for power, end in enumerate(ends):
        parts = sums if power % 2 == 0 else differences
        row = y[:, :, power]
        torch.add(parts[0], parts[1], alpha=2.0**power, out=row)
        row.add_(parts[2], alpha=0.5**power)
        if end is not None:
            row.add_(end)
