import pytest
import torch
from torch import nn

from senformer.core.errors import ConfigError
from senformer.model import moments
from senformer.model.blocks import batch_norm
from senformer.model.blocks.batch_norm import BatchNorm, set_norm_momentum


@pytest.mark.parametrize("length", [1, 5])
def test_batch_norm__as_torch_has_it(length):
    own, plain = BatchNorm(3, 0.25, 0.3), nn.BatchNorm1d(3, 0.25, 0.3)
    x = torch.randn(4, length, 3)
    for training in (True, False):
        own.train(training)
        plain.train(training)
        torch.testing.assert_close(own(x), plain(x.transpose(1, 2)).transpose(1, 2))
    torch.testing.assert_close(own.running_var, plain.running_var)
    torch.testing.assert_close(own.running_mean, plain.running_mean)


def test_batch_norm__statistics_of_all_processes(monkeypatch):
    # Two processes with the same batch are one process with the batch twice.
    torch.manual_seed(0)
    one, two = (BatchNorm(5, 0.25, 0.3).double() for _ in range(2))
    x, weights = (torch.randn(2, 7, 5, dtype=torch.float64) * 3 + 1 for _ in range(2))
    a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
    twice = one(torch.cat([a, x]))
    (twice * torch.cat([weights, weights])).sum().backward()
    monkeypatch.setattr(batch_norm, "n_processes", lambda: 2)
    monkeypatch.setattr(moments, "all_reduced", lambda sums: 2 * sums)
    shared = two(b)
    (shared * weights).sum().backward()
    torch.testing.assert_close(shared, twice[:2])
    torch.testing.assert_close(b.grad, a.grad)
    torch.testing.assert_close(2 * two.weight.grad, one.weight.grad)
    torch.testing.assert_close(two.running_var, one.running_var)


def test_set_norm_momentum__what_a_batch_weighs():
    model = nn.Sequential(BatchNorm(3, 0.25, 0.01), nn.ReLU(), BatchNorm(3, 0.25, 0.01)).train()
    set_norm_momentum(model, 0.5)
    x = torch.randn(4, 5, 3)
    model(x)
    torch.testing.assert_close(model[0].running_mean, 0.5 * x.mean((0, 1)))


def test_set_norm_momentum__a_model_without_such_norms():
    with pytest.raises(ConfigError) as caught:
        set_norm_momentum(nn.Linear(3, 3), 0.5)
    assert caught.value.code == "E676"
