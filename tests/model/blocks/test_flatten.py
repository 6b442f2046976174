import torch

from senformer.model.blocks.flatten import Flatten


def test_flatten__position_by_position_or_channel_by_channel():
    x = torch.tensor([[[1, 10], [2, 20], [3, 30]]]).float()
    assert Flatten(channels_first=False)(x).tolist() == [[[1, 10, 2, 20, 3, 30]]]
    assert Flatten(channels_first=True)(x).tolist() == [[[1, 2, 3, 10, 20, 30]]]
