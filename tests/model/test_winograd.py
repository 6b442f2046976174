"""Convolutions by Winograd's method against the plain sum in float64, and where they are used."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch.nn import functional

from senformer.model import winograd
from senformer.model.convolution import Convolution
from senformer.model.linear import pointwise

WIDE = winograd._MIN_IN


def plain(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, gain: float = 1.0) -> torch.Tensor:
    """Return the convolution in float64."""
    found = functional.conv1d(x.double().transpose(1, 2), gain * weight.double(), bias.double())
    return found.transpose(1, 2)


def layer(n_out: int = 8, n_in: int = WIDE, width: int = 5) -> Convolution:
    torch.manual_seed(1)
    found = Convolution(n_in, n_out, width)
    torch.nn.init.normal_(found.bias)
    return found


def run(conv: Convolution, x: torch.Tensor, gain: float = 1.0) -> torch.Tensor:
    with torch.no_grad(), winograd.transformed_once():
        return conv.inside(x, gain)


@pytest.mark.parametrize("n_rows", [256, 257, 258, 259, 1024])
@pytest.mark.parametrize("batch", [1, 3])
def test_is_the_convolution(n_rows: int, batch: int) -> None:
    conv, x = layer(), torch.randn(batch, n_rows + 4, WIDE)
    y = run(conv, x, gain=0.5)
    assert y.shape == (batch, n_rows, 8)
    # Ten times the plain sum's rounding; a wrong factor anywhere is an error of its own size.
    torch.testing.assert_close(y.double(), plain(x, conv.weight, conv.bias, 0.5), rtol=0, atol=1e-5)


def test_constants_are_exact_on_integers() -> None:
    """Interpolation through the eight points gives back every product of polynomials with no rounding."""
    points = [*map(Fraction, (0, 1, -1, 2, -2)), Fraction(1, 2), Fraction(-1, 2)]
    scales = [Fraction(factor[0]).limit_denominator(64) for factor in winograd._WEIGHTS]
    for point, scale, factors in zip(points, scales, winograd._WEIGHTS, strict=False):
        assert [Fraction(f).limit_denominator(64) for f in factors] == [scale * point**k for k in range(5)]
    assert winograd._WEIGHTS[7] == (0, 0, 0, 0, 8)


def test_goes_this_way_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    used = []
    convolve = winograd.convolve
    monkeypatch.setattr(winograd, "convolve", lambda *given: used.append(1) or convolve(*given))
    x = torch.randn(1, 260, WIDE)
    run(layer(), x)
    assert used == [1]
    run(layer(n_in=WIDE - 1), x[..., 1:])
    run(layer(), x[:, : winograd.MIN_ROWS + 3])
    run(layer(width=3), x)
    run(layer().double(), x.double())
    with torch.no_grad():
        layer().inside(x)
    with winograd.transformed_once():
        layer().inside(x).sum().backward()
    with torch.autocast("cpu", torch.bfloat16):
        run(layer(), x)
    assert used == [1]


def test_weights_are_transformed_once_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    transform = winograd.transform
    monkeypatch.setattr(winograd, "transform", lambda weight: made.append(1) or transform(weight))
    conv, x = layer(), torch.randn(1, 260, WIDE)
    with torch.no_grad(), winograd.transformed_once():
        first = conv.inside(x)
        assert torch.equal(conv.inside(x), first)
    assert made == [1]
    with torch.no_grad():
        conv.weight.mul_(2)
    torch.testing.assert_close(run(conv, x) - conv.bias, 2 * (first - conv.bias), rtol=0, atol=2e-5)
    assert made == [1, 1]


def test_error_is_that_of_rounding() -> None:
    """About 1e-6 of the spread of results: five times that of the plain sum."""
    conv, x = layer(n_out=64), torch.randn(1, 1028, WIDE)
    truth = plain(x, conv.weight.detach(), torch.zeros(64))
    error = run(conv, x).double() - conv.bias.detach().double() - truth
    assert float(error.square().mean().sqrt() / truth.std()) < 3e-6


def test_all_eight_inputs_reach_the_results_they_should() -> None:
    """A single one among the inputs gives the taps, wherever it stands."""
    conv = layer(n_out=1)
    with torch.no_grad():
        conv.weight.copy_(torch.arange(1.0, 6.0).expand(1, WIDE, 5))
        conv.bias.zero_()
    for place, channel in itertools.product(range(100, 108), (0, WIDE - 1)):
        x = torch.zeros(1, 260, WIDE)
        x[0, place, channel] = 1
        expected = np.zeros(256)
        expected[place - 4 : place + 1] = [5, 4, 3, 2, 1]
        np.testing.assert_allclose(run(conv, x)[0, :, 0].numpy(), expected, atol=1e-5)


def test_few_rows_go_the_way_of_many_where_they_are_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight = torch.randn(40, WIDE), torch.randn(16, WIDE)
    narrow = torch.randn(40, WIDE - 1)
    expected = functional.linear(x, weight)
    with winograd.transformed_once(1):
        assert pointwise(x[:0], weight).shape == (0, 16)

    def refuse(*given: object) -> None:
        raise AssertionError("the plain product")

    monkeypatch.setattr("senformer.model.linear.functional.linear", refuse)
    with winograd.transformed_once(1):
        torch.testing.assert_close(pointwise(x, weight), expected, atol=1e-4, rtol=1e-5)
        with pytest.raises(AssertionError, match="the plain product"):
            pointwise(narrow, weight[:, 1:])
    with winograd.transformed_once(), pytest.raises(AssertionError, match="the plain product"):
        pointwise(x, weight)


def test_few_rows_are_added_to_before_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    conv2d = functional.conv2d
    monkeypatch.setattr(
        winograd.functional, "conv2d", lambda x, *rest: seen.append(x.shape[-1]) or conv2d(x, *rest)
    )
    x = torch.randn(1, 12, WIDE)
    conv = layer()
    with torch.no_grad(), winograd.transformed_once(1):
        found = conv.inside(x)
    torch.testing.assert_close(found.double(), plain(x, conv.weight, conv.bias).detach(), rtol=0, atol=1e-5)
    assert seen == [winograd._LEAST] * 8
