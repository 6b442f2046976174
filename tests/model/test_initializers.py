import pytest
import torch

from senformer.model.initializers import (
    glorot_normal_,
    he_uniform_,
    scaled_identity_,
    truncated_normal_,
    variance_scaling_,
)


def test_truncated_normal__deviation_is_that_after_the_cut():
    torch.manual_seed(0)
    weight = truncated_normal_(torch.empty(400, 500), fan_in=25)
    # A unit normal cut at 2 has deviation 0.8796; 1 / sqrt(25) is not corrected for it.
    assert float(weight.std()) == pytest.approx(0.8796 / 5, rel=0.01)
    assert float(weight.abs().max()) <= 2 / 5


def test_variance_scaling__corrected_for_the_cut():
    torch.manual_seed(0)
    weight = variance_scaling_(torch.empty(400, 500), fan_in=8)
    assert float(weight.std()) == pytest.approx(0.5, rel=0.01)
    assert float(weight.abs().max()) <= 1.1370


def test_scaled_identity__diagonal():
    assert scaled_identity_(torch.empty(3, 3), 2.0).tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]


def test_glorot_normal__variance_by_both_fans():
    torch.manual_seed(0)
    # 2 / (30 + 20).
    assert float(glorot_normal_(torch.empty(400, 500), 30, 20).std()) == pytest.approx(0.2, rel=0.01)


def test_he_uniform__by_what_enters():
    torch.manual_seed(0)
    assert float(he_uniform_(torch.empty(400, 500), 24, 1).abs().max()) == pytest.approx(0.5, rel=1e-3)
