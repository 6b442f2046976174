"""The angle between both as a loss: masks, weights, empty tracks, by hand."""

import pytest
import torch
from tests.contracts.grouped_loss import check_grouped_loss

from senformer.train.losses.cosine import cosine


def test_cosine__contract():
    check_grouped_loss(cosine, by_window=False)


def test_cosine__worked_by_hand():
    # (1, 0) and (1, 1): 1 / sqrt(2)
    found = cosine(torch.tensor([[[1.0], [0.0]]]), torch.tensor([[[1.0], [1.0]]]))
    assert found.item() == pytest.approx(1 - 0.5**0.5)
    assert cosine(torch.tensor([[[2.0], [1.0]]]), torch.tensor([[[-4.0], [-2.0]]])).item() == pytest.approx(2)


def test_cosine__a_track_of_zeros_has_no_gradient():
    zeros = torch.zeros((1, 4, 1), requires_grad=True)
    loss = cosine(zeros, torch.ones((1, 4, 1)))
    loss.backward()
    assert loss.item() == 1
    assert (zeros.grad == 0).all()
