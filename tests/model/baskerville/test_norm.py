import math

import torch
from torch import nn

from senformer.model.baskerville.norm import NormTanhGelu, gelu


def _formula(x):
    return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def test_gelu__tanh_form():
    x = torch.linspace(-5, 5, 31, dtype=torch.float64)
    torch.testing.assert_close(gelu(x), _formula(x))


def test_norm_tanh_gelu__equals_torch():
    torch.manual_seed(0)
    norm, reference = NormTanhGelu(5), nn.BatchNorm1d(5, eps=1e-3)
    x = torch.randn(2, 7, 5) * 3 + 1
    for training in (True, False):
        norm.train(training)
        reference.train(training)
        expected = _formula(reference(x.transpose(1, 2)).transpose(1, 2))
        torch.testing.assert_close(norm(x), expected)
    torch.testing.assert_close(norm.running_var, reference.running_var)
