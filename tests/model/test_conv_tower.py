import torch

from senformer.model.conv_tower import TowerBlock, tower_channels


def test_tower_channels__published():
    assert tower_channels(1536, 6, 128) == [768, 896, 1024, 1152, 1280, 1536]


def test_tower_channels__small():
    assert tower_channels(64, 6, 8) == [32, 40, 40, 48, 56, 64]
    assert tower_channels(384, 6, 128) == [256, 256, 256, 256, 384, 384]
    assert tower_channels(24, 1, 8) == [24]


def test_tower_block__halves_positions():
    assert TowerBlock(6, 10, "attention")(torch.randn(3, 8, 6)).shape == (3, 4, 10)
