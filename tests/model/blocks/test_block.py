import pytest
import torch
from torch.nn import functional

from senformer.core.errors import ConfigError
from senformer.model.blocks.block import ConvBlock, DenseBlock, mlp, out_length
from senformer.model.blocks.framework import KERAS, TORCH


def names(block):
    return [name for name, _ in block.named_children()]


def test_conv_block__steps_in_the_order_given():
    block = ConvBlock(4, 6, 3, "cbap", KERAS, padding="same", pool=2)
    assert names(block) == ["conv", "norm", "act", "pool"]
    x = torch.randn(2, 9, 4)
    block.eval()
    expected = functional.relu(block.norm(block.conv(x)))[:, :8].reshape(2, 4, 2, 6).amax(2)
    torch.testing.assert_close(block(x), expected)
    assert (block.norm.eps, block.norm.momentum) == (1e-3, 0.01)


def test_conv_block__a_second_convolution_keeps_the_channels():
    block = ConvBlock(4, 6, 3, "cacapbd", TORCH, pool=2, dropout=0.2)
    assert names(block) == ["conv", "act", "conv2", "act2", "pool", "norm", "drop"]
    assert (block.conv2.weight.shape, block.norm.weight.shape) == ((6, 6, 3), (6,))
    assert block(torch.randn(2, 11, 4)).shape == (2, out_length([block], 11), 6)


def test_conv_block__a_norm_before_the_convolution_has_its_input_channels():
    assert ConvBlock(4, 6, 3, "bac", TORCH).norm.weight.shape == (4,)


def test_mlp__layers_of_these_widths():
    first, second = mlp(7, [5, 3], "lbad", KERAS, dropout=0.4)
    assert names(first) == ["linear", "norm", "act", "drop"]
    assert second.linear.weight.shape == (3, 5)
    x = torch.randn(2, 1, 7)
    first.eval()
    torch.testing.assert_close(first(x), functional.relu(first.norm(first.linear(x))))


def test_dense_block__one_linear_layer():
    assert names(DenseBlock(3, 2, "la", TORCH)) == ["linear", "act"]


def test_out_length__a_window_that_is_too_short():
    with pytest.raises(ConfigError, match="is 5 bp, of which convolution and pooling leave nothing"):
        out_length([ConvBlock(4, 6, 4, "cap", TORCH, pool=3)], 5)
