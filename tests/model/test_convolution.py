import pytest
import torch
from torch.nn import functional

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
