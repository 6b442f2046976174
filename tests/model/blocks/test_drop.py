import torch

from senformer.model.blocks.drop import Drop, SharedDrop


def test_drop__in_training_alone():
    layer, x = Drop(0.5), torch.ones(3, 1, 200)
    assert set(layer(x).unique().tolist()) == {0.0, 2.0}
    assert layer.eval()(x) is x


def test_shared_drop__the_same_channels_at_every_position():
    layer, x = SharedDrop(0.5), torch.ones(3, 7, 200)
    found = layer(x)
    assert set(found.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(found, found[:, :1].expand_as(found))
    assert not torch.equal(found[0], found[1])
    assert layer.eval()(x) is x
