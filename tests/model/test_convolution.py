import pytest
import torch
from torch.nn import functional

from senformer.core.errors import DataError
from senformer.model.convolution import Convolution


@pytest.mark.parametrize("width", [5, 15])
def test_convolution__is_torch_conv1d(width):
    torch.manual_seed(0)
    layer, x = Convolution(3, 7, width), torch.randn(2, 20, 3)
    torch.nn.init.normal_(layer.bias)
    expected = functional.conv1d(2.5 * x.transpose(1, 2), layer.weight, layer.bias, padding=width // 2)
    torch.testing.assert_close(layer(x, gain=2.5), expected.transpose(1, 2), atol=1e-5, rtol=1e-5)


def test_convolution__keeps_the_layout():
    assert Convolution(3, 7, 5)(torch.randn(2, 20, 3)).is_contiguous()


# Few input channels take torch's own gradient, many take ours.
@pytest.mark.parametrize("n_in", [3, 64])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_convolution__inside_loses_the_ends(n_in, gain):
    torch.manual_seed(0)
    layer, x = Convolution(n_in, 7, 5), torch.randn(2, 20, n_in, requires_grad=True)
    torch.nn.init.normal_(layer.bias)
    found, expected = layer.inside(x, gain=gain), layer(x, gain=gain)[:, 2:-2]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    inputs, direction = (x, layer.weight, layer.bias), torch.randn_like(found)
    for own, theirs in zip(
        torch.autograd.grad(found, inputs, direction),
        torch.autograd.grad(expected, inputs, direction),
        strict=True,
    ):
        torch.testing.assert_close(own, theirs, atol=1e-4, rtol=1e-5)


def test_convolution__inside_without_a_wish_for_gradients():
    layer = Convolution(64, 7, 5).requires_grad_(False)
    x = torch.randn(1, 20, 64)
    torch.testing.assert_close(layer.inside(x), layer(x)[:, 2:-2], atol=1e-5, rtol=1e-5)


def test_convolution__second_derivatives_of_a_tile_are_refused():
    layer, x = Convolution(64, 7, 5), torch.randn(2, 20, 64, requires_grad=True)
    with pytest.raises(DataError, match="convolution of a tile: second derivatives"):
        torch.autograd.grad(layer.inside(x).sum(), x, create_graph=True)
