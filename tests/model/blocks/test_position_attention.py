import torch

from senformer.model.blocks.framework import KERAS, TORCH
from senformer.model.blocks.position_attention import PositionAttention


def test_position_attention__multiplies_each_position_by_its_weight():
    torch.manual_seed(0)
    layer, x = PositionAttention(5, TORCH), torch.randn(2, 7, 5)
    scores = [[(row @ layer.weight[0] + layer.bias).item() for row in example] for example in x]
    weights = torch.tensor(scores).softmax(dim=1)
    torch.testing.assert_close(layer.weights(x), weights.unsqueeze(-1))
    torch.testing.assert_close(layer(x), torch.stack([x[i] * weights[i, :, None] for i in range(2)]))


def test_position_attention__adds_up_to_one_position():
    torch.manual_seed(0)
    layer, x = PositionAttention(5, KERAS, bias=False, reduce="sum"), torch.randn(2, 7, 5)
    assert layer.bias is None
    torch.testing.assert_close(layer(x)[:, 0], torch.einsum("bp,bpc->bc", layer.weights(x)[..., 0], x))


def test_position_attention__one_position_has_all_the_weight():
    x = torch.randn(2, 1, 5)
    torch.testing.assert_close(PositionAttention(5, TORCH, reduce="sum")(x), x)
