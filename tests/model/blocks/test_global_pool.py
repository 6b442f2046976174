import pytest
import torch

from senformer.model.blocks.global_pool import GlobalPool

X = torch.tensor([[[1.0, -4.0], [3.0, -2.0], [2.0, -9.0]]])
# Of each channel its largest value and its mean, one beside the other.
POOLED = {"max": [3.0, -2.0], "mean": [2.0, -5.0], "max_mean": [3.0, 2.0, -2.0, -5.0]}


@pytest.mark.parametrize("pooling", POOLED)
def test_global_pool__over_all_positions(pooling):
    layer = GlobalPool(pooling)
    assert layer(X).tolist() == [[POOLED[pooling]]]
    assert layer.width(2) == len(POOLED[pooling])


def test_global_pool__over_positions_that_are_read():
    wider = torch.cat([torch.full((1, 2, 2), 7.0), X], dim=1)
    read = torch.tensor([[False, False, True, True, True]])
    assert GlobalPool("max_mean")(wider, read).tolist() == [[POOLED["max_mean"]]]
