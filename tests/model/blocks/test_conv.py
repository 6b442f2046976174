import pytest
import torch
from torch.nn import functional

from senformer.model.blocks.conv import Conv
from senformer.model.blocks.framework import TORCH


@pytest.mark.parametrize(("width", "dilation", "same"), [(4, 1, (1, 2)), (5, 1, (2, 2)), (3, 4, (4, 4))])
def test_conv__padded_as_keras_does_or_not(width, dilation, same):
    x = torch.randn(2, 17, 3)
    for padding, zeros in (("valid", (0, 0)), ("same", same)):
        layer = Conv(3, 5, width, TORCH, padding=padding, dilation=dilation)
        padded = functional.pad(x.transpose(1, 2), zeros)
        expected = functional.conv1d(padded, layer.weight, layer.bias, dilation=dilation)
        torch.testing.assert_close(layer(x), expected.transpose(1, 2))
        assert layer.out_length(17) == expected.shape[-1]


def test_conv__without_a_bias():
    layer, x = Conv(3, 5, 4, TORCH, bias=False), torch.randn(2, 9, 3)
    assert list(layer.state_dict()) == ["weight"]
    torch.testing.assert_close(layer(x), functional.conv1d(x.transpose(1, 2), layer.weight).transpose(1, 2))
