"""BPNet's loss: masks, weights, against scipy."""

import numpy as np
import pytest
import torch
from scipy.stats import multinomial
from tests.contracts.grouped_loss import check_grouped_loss

from senformer.train.losses.multinomial_mse import multinomial_mse


def test_multinomial_mse__contract():
    check_grouped_loss(multinomial_mse, by_window=True)


@pytest.mark.parametrize("count_weight", [0.0, 10.0])
def test_multinomial_mse__equals_scipy(count_weight):
    rng = np.random.default_rng(4)
    rates, counts = rng.uniform(0.1, 5, (2, 7, 3)), rng.poisson(3.0, (2, 7, 3))
    terms = [
        -multinomial.logpmf(k, k.sum(), p / p.sum())
        + count_weight * np.log((1 + p.sum()) / (1 + k.sum())) ** 2
        for p, k in zip(
            rates.transpose(0, 2, 1).reshape(6, 7), counts.transpose(0, 2, 1).reshape(6, 7), strict=True
        )
    ]
    found = multinomial_mse(torch.tensor(rates), torch.tensor(counts).double(), count_weight=count_weight)
    assert found.item() == pytest.approx(np.mean(terms), rel=1e-5)


def test_multinomial_mse__the_scale_of_rates_is_in_the_second_term_alone():
    rates, counts = torch.rand((1, 6, 2)) + 0.1, torch.ones((1, 6, 2))
    shape = [multinomial_mse(scale * rates, counts, count_weight=0.0).item() for scale in (1, 7)]
    assert shape[0] == pytest.approx(shape[1], rel=1e-5)
