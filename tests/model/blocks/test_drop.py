import torch

from senformer.model.blocks.drop import Drop


def test_drop__in_training_alone():
    layer, x = Drop(0.5), torch.ones(3, 1, 200)
    assert set(layer(x).unique().tolist()) == {0.0, 2.0}
    assert layer.eval()(x) is x
