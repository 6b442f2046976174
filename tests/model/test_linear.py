import pytest
import torch
from torch.nn import functional

from senformer.model.linear import Linear, pointwise, weight_gradient


# Too few for an image, an image, a number of positions that is no power of two.
@pytest.mark.parametrize("shape", [(3, 5), (2, 512), (7, 48, 4), (1,)])
@pytest.mark.parametrize("with_bias", [True, False])
def test_pointwise__is_a_linear_layer(shape, with_bias):
    torch.manual_seed(0)
    x, weight = torch.randn(*shape, 6, requires_grad=True), torch.randn(9, 6, requires_grad=True)
    bias = torch.randn(9, requires_grad=True) if with_bias else None
    wanted = [x, weight, *([bias] if with_bias else [])]
    found, expected = pointwise(x, weight, bias), functional.linear(x, weight, bias)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    direction = torch.randn_like(expected)
    for got, want in zip(
        torch.autograd.grad(found, wanted, direction),
        torch.autograd.grad(expected, wanted, direction),
        strict=True,
    ):
        torch.testing.assert_close(got, want, atol=1e-4, rtol=1e-4)


def test_pointwise__strided_input():
    x, weight = torch.randn(2, 512, 12)[..., ::2], torch.randn(9, 6)
    torch.testing.assert_close(pointwise(x, weight), functional.linear(x, weight), atol=1e-5, rtol=1e-5)


def test_linear__gain_scales_the_input():
    layer, x = Linear(6, 9), torch.randn(4, 6)
    torch.nn.init.normal_(layer.bias)
    torch.testing.assert_close(layer(x, gain=0.5), layer(0.5 * x), atol=1e-6, rtol=1e-5)


def test_linear__begins_with_no_bias():
    assert Linear(6, 9, bias=False).bias is None
    assert not Linear(6, 9).bias.any()


@pytest.mark.parametrize("shape", [(3, 5), (2, 512), (7, 48, 4)])
def test_weight_gradient__is_that_of_pointwise(shape):
    torch.manual_seed(0)
    x, grad = torch.randn(*shape, 6), torch.randn(*shape, 9)
    weight = torch.randn(9, 6, requires_grad=True)
    expected = torch.autograd.grad(pointwise(x, weight), weight, grad)[0]
    torch.testing.assert_close(weight_gradient(x, grad), expected, atol=1e-4, rtol=1e-5)


def test_pointwise__any_number_of_rows_goes_by_one_kernel(monkeypatch):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(3, 337, 96), torch.randn(64, 96), torch.randn(64)
    expected = functional.linear(x, weight, bias)

    def refuse(*given):
        raise AssertionError("the plain product")

    monkeypatch.setattr("senformer.model.linear.functional.linear", refuse)
    for part, wanted in ((x, expected), (x[:1, :256], expected[:1, :256])):
        torch.testing.assert_close(pointwise(part, weight, bias), wanted, atol=1e-5, rtol=1e-5)
    with pytest.raises(AssertionError, match="the plain product"):
        pointwise(x[:1, :255], weight, bias)


# As many rows as make an image, in memory column by column.
@pytest.mark.parametrize("x", [torch.randn(6, 256).T, torch.randn(1, 6, 512).transpose(1, 2)])
def test_pointwise__transposed_input(x):
    weight = torch.randn(9, 6)
    torch.testing.assert_close(pointwise(x, weight), functional.linear(x, weight), atol=1e-5, rtol=1e-5)
