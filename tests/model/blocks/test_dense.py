import torch

from senformer.model.blocks.dense import Dense
from senformer.model.blocks.framework import TORCH


def test_dense__over_the_channels_of_each_position():
    layer, x = Dense(5, 3, TORCH), torch.randn(2, 1, 5)
    torch.testing.assert_close(layer(x), x @ layer.weight.T + layer.bias)


def test_dense__without_a_bias():
    layer, x = Dense(5, 3, TORCH, bias=False), torch.randn(2, 1, 5)
    assert list(layer.state_dict()) == ["weight"]
    torch.testing.assert_close(layer(x), x @ layer.weight.T)
