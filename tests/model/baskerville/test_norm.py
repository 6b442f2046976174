import math

import torch
from torch import nn

from senformer.model import moments
from senformer.model.baskerville import norm as norm_module
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


def test_norm_tanh_gelu__statistics_of_all_processes(monkeypatch):
    # Two processes with the same batch are one process with the batch twice.
    torch.manual_seed(0)
    one, two = NormTanhGelu(5).double(), NormTanhGelu(5).double()
    x, weights = (torch.randn(2, 7, 5, dtype=torch.float64) * 3 + 1 for _ in range(2))
    a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
    twice = one(torch.cat([a, x]))
    (twice * torch.cat([weights, weights])).sum().backward()
    monkeypatch.setattr(norm_module, "n_processes", lambda: 2)
    monkeypatch.setattr(moments, "all_reduced", lambda sums: 2 * sums)
    shared = two(b)
    (shared * weights).sum().backward()
    torch.testing.assert_close(shared, twice[:2])
    torch.testing.assert_close(b.grad, a.grad)
    torch.testing.assert_close(2 * two.weight.grad, one.weight.grad)
    torch.testing.assert_close(two.running_var, one.running_var)
