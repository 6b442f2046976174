import math

import pytest
import torch

from senformer.model.blocks.framework import KERAS
from senformer.model.blocks.profile_head import ProfileHead, log_counts


def test_log_counts__of_log_one_plus_counts():
    counts = torch.tensor([1.8, 10.0, 1000.0, 1e6], dtype=torch.float64)
    torch.testing.assert_close(log_counts(torch.log1p(counts)), counts.log())


def test_log_counts__goes_on_smoothly_below_one():
    x = torch.tensor([1 - 1e-6, 1 + 1e-6, -3.0, 100.0], dtype=torch.float64, requires_grad=True)
    y = log_counts(x)
    y.sum().backward()
    assert y[:2].tolist() == pytest.approx([math.log(math.e - 1)] * 2, abs=1e-5)
    assert x.grad.tolist() == pytest.approx([math.e / (math.e - 1)] * 3 + [1.0], abs=1e-5)


def test_profile_head__shares_of_a_track_add_up_to_its_counts():
    torch.manual_seed(0)
    head = ProfileHead(5, 3, 7, KERAS, strands=1, control_tracks=0, crop_bins=2)
    x = torch.randn(2, 30, 5)
    rates = head(x).exp()
    assert rates.shape == (2, 26, 3)
    expected = log_counts(head.counts(x[:, 2:-2].mean(dim=1))).exp()
    torch.testing.assert_close(rates.sum(dim=1), expected)
