"""Correlation as a loss: masks, weights, flat tracks, against numpy."""

import numpy as np
import pytest
import torch
from tests.contracts.grouped_loss import check_grouped_loss

from senformer.train.losses.pearson import pearson


def test_pearson__contract():
    check_grouped_loss(pearson, by_window=False)


def test_pearson__equals_numpy():
    generator = torch.Generator().manual_seed(3)
    prediction, target = (torch.randn((2, 9, 3), generator=generator) for _ in range(2))
    expected = [
        1 - np.corrcoef(prediction[..., k].flatten().numpy(), target[..., k].flatten().numpy())[0, 1]
        for k in range(3)
    ]
    assert pearson(prediction, target).item() == pytest.approx(np.mean(expected), rel=1e-5)


@pytest.mark.parametrize("level", [0.0, 0.1, 1000.1])
def test_pearson__a_flat_track_has_no_correlation_and_no_gradient(level):
    target = torch.rand((2, 50, 1))
    flat = torch.full((2, 50, 1), level, requires_grad=True)
    loss = pearson(flat, target)
    loss.backward()
    assert loss.item() == 1
    assert (flat.grad == 0).all()
    assert pearson(target, torch.full((2, 50, 1), level)).item() == 1


def test_pearson__scale_and_offset_do_not_count():
    prediction, target = torch.rand((2, 9, 2)), torch.rand((2, 9, 2))
    assert pearson(3 * prediction + 8, target).item() == pytest.approx(
        pearson(prediction, target).item(), rel=1e-4
    )
