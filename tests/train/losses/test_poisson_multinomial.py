"""Borzoi's loss: masks, weights, its terms in float64."""

import numpy as np
import pytest
import torch
from tests.contracts.grouped_loss import check_grouped_loss

from senformer.train.losses.poisson_multinomial import poisson_multinomial


def test_poisson_multinomial__contract():
    check_grouped_loss(poisson_multinomial, by_window=True)


@pytest.mark.parametrize("total_weight", [0.0, 0.2, 1.0])
def test_poisson_multinomial__both_terms_in_float64(total_weight):
    generator = torch.Generator().manual_seed(2)
    prediction, target = (n * torch.rand((2, 5, 3), generator=generator) for n in (4, 9))
    p, y = prediction.double().numpy() + 1e-6, target.double().numpy() + 1e-6
    shape = -(y * np.log(p / p.sum(axis=1, keepdims=True))).sum(axis=1)
    total = p.sum(axis=1) - y.sum(axis=1) * np.log(p.sum(axis=1))
    found = poisson_multinomial(prediction, target, total_weight=total_weight)
    assert found.item() == pytest.approx(((shape + total_weight * total) / 5).mean(), rel=1e-5)


def test_poisson_multinomial__total_weight_one_is_poisson_of_every_bin():
    """The Poisson likelihood of bins is that of their sum and of their shape, term by term."""
    prediction, target = torch.tensor([[[2.0], [1.0]]]), torch.tensor([[[3.0], [5.0]]])
    expected = (2 - 3 * np.log(2) + 1 - 5 * np.log(1)) / 2
    found = poisson_multinomial(prediction, target, total_weight=1.0).item()
    assert found == pytest.approx(expected, abs=1e-4)
