import pytest
import torch
from torch.nn import functional

from senformer.model.baskerville.norm import gelu
from senformer.model.baskerville.tower import Stem, TowerBlock, reach_bins


def test_stem__equals_torch():
    torch.manual_seed(0)
    stem, x = Stem(6, 7), torch.randn(2, 10, 4)
    expected = functional.max_pool1d(
        functional.conv1d(x.transpose(1, 2), stem.conv.weight, stem.conv.bias, padding=3), 2
    )
    torch.testing.assert_close(stem(x), expected.transpose(1, 2))


def test_tower_block__equals_torch():
    torch.manual_seed(0)
    block, x = TowerBlock(3, 7).eval(), torch.randn(2, 10, 3)
    pooled, kept = block(x)
    normed = gelu(x / (1 + 1e-3) ** 0.5).transpose(1, 2)
    expected = functional.conv1d(normed, block.conv.weight, block.conv.bias, padding=2)
    torch.testing.assert_close(kept, expected.transpose(1, 2))
    torch.testing.assert_close(pooled, functional.max_pool1d(expected, 2).transpose(1, 2))


def test_tower_block__initial_deviation():
    torch.manual_seed(0)
    # LeCun's normal: a variance of one over the inputs of a value.
    weight = TowerBlock(96, 64).conv.weight.detach()
    assert abs(float(weight.std()) * (96 * 5) ** 0.5 - 1) < 0.02


@pytest.mark.parametrize(
    ("stem_width", "n_blocks", "n_positions"), [(15, 6, 3), (1001, 6, 6), (15, 2, 3), (101, 1, 14), (1, 1, 1)]
)
def test_reach_bins__rounded_up_to_whole_positions(stem_width, n_blocks, n_positions):
    assert reach_bins(stem_width, n_blocks) == n_positions
