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
    log_rates = torch.tensor(np.log(rates))
    found = multinomial_mse(log_rates, torch.tensor(counts).double(), count_weight=count_weight)
    assert found.item() == pytest.approx(np.mean(terms), rel=1e-5)


def test_multinomial_mse__the_scale_of_rates_is_in_the_second_term_alone():
    log_rates, counts = torch.randn((1, 6, 2)), torch.ones((1, 6, 2))
    shape = [multinomial_mse(log_rates + more, counts, count_weight=0.0).item() for more in (0.0, 2.0)]
    assert shape[0] == pytest.approx(shape[1], rel=1e-5)


@pytest.mark.parametrize("lowest", [-120.0, -5e4])
def test_multinomial_mse__rates_too_small_for_their_type(lowest):
    # The first rate is the sum: -(2 * 0 + 1 * lowest) - log(3), and (log 2 - log 4)^2.
    log_rates = torch.tensor([0.0, lowest]).reshape(1, 2, 1).requires_grad_()
    found = multinomial_mse(log_rates, torch.tensor([2.0, 1.0]).reshape(1, 2, 1))
    found.backward()
    assert found.item() == pytest.approx(-lowest - np.log(3) + 10 * np.log(2) ** 2)
    # Of the first rate: its share of the sum is all, 3 - 2, and 2 * 10 * log(2 / 4) * 1 / 2 of the sum.
    torch.testing.assert_close(log_rates.grad.flatten(), torch.tensor([1 - 10 * np.log(2), -1.0]).float())
