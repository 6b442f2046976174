import pytest
import torch
from torch import nn

from senformer.core.errors import DataError
from senformer.model import norm
from senformer.model.norm import GELU_GAIN, NormGelu, gelu


def plain(x, layer):
    y = layer(x.transpose(1, 2)).transpose(1, 2)
    return y * torch.sigmoid(1.702 * y)


@pytest.fixture
def pair():
    """Return our layer and torch's batch normalization with the same random parameters."""
    torch.manual_seed(0)
    ours, theirs = NormGelu(5).double(), nn.BatchNorm1d(5, eps=1e-5, momentum=0.1).double()
    for name in ("weight", "bias", "running_mean", "running_var"):
        value = torch.rand(5) + 0.5
        for layer in (ours, theirs):
            getattr(layer, name).data.copy_(value)
    return ours, theirs


@pytest.mark.parametrize("training", [True, False])
def test_norm_gelu__values_gradients_and_statistics(pair, training):
    ours, theirs = (layer.train(training) for layer in pair)
    x = torch.randn(3, 11, 5, dtype=torch.float64, requires_grad=True)
    direction = torch.randn_like(x)
    found, expected = ours(x) * GELU_GAIN, plain(x, theirs)
    torch.testing.assert_close(found, expected)
    for got, want in zip(
        torch.autograd.grad(found, (x, ours.weight, ours.bias), direction),
        torch.autograd.grad(expected, (x, theirs.weight, theirs.bias), direction),
        strict=True,
    ):
        torch.testing.assert_close(got, want)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_norm_gelu__without_gradients(pair):
    ours, theirs = (layer.eval() for layer in pair)
    x = torch.randn(3, 11, 5, dtype=torch.float64)
    before = x.clone()
    with torch.no_grad():
        torch.testing.assert_close(ours(x) * GELU_GAIN, plain(x, theirs))
    assert torch.equal(x, before)


def test_gelu__is_the_sigmoid_form():
    x = torch.linspace(-4, 4, 9)
    torch.testing.assert_close(gelu(x), x * torch.sigmoid(1.702 * x))


def test_norm_gelu__shared_statistics_in_bfloat16_do_not_drift(monkeypatch):
    # Shifting a whole channel changes nothing, so its gradients add up to zero but for single roundings.
    torch.manual_seed(0)
    monkeypatch.setattr(norm, "n_processes", lambda: 2)
    layer, x = NormGelu(5), (torch.randn(2, 4000, 5) + 1).bfloat16().requires_grad_()
    direction = (torch.randn(2, 4000, 5) + 1).bfloat16()
    (gradient,) = torch.autograd.grad(layer(x), x, direction)
    assert gradient.dtype == torch.bfloat16
    sums = gradient.double().sum((0, 1)) / gradient.double().abs().sum((0, 1))
    assert sums.abs().max() < 5e-4


@pytest.mark.parametrize("n_processes", [1, 2])
def test_norm_gelu__second_derivatives_in_training_are_refused(monkeypatch, n_processes):
    monkeypatch.setattr(norm, "n_processes", lambda: n_processes)
    layer, x = NormGelu(5), torch.randn(3, 11, 5, requires_grad=True)
    with pytest.raises(DataError, match="batch normalization in training: second derivatives"):
        torch.autograd.grad(layer(x).sum(), x, create_graph=True)
