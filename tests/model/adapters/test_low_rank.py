import pytest
import torch
from tests.oracles.low_rank import beside_convolution, beside_linear, fill
from torch.nn.utils import parametrize

from senformer.model.adapters.low_rank import LowRank
from senformer.model.convolution import Convolution
from senformer.model.linear import Linear


def _adapted(layer, alpha, rank=2):
    layer = layer.double()
    part = LowRank(layer.weight, rank, alpha, torch.Generator().manual_seed(1))
    parametrize.register_parametrization(layer, "weight", part)
    fill([part.up], 2)
    return layer, part


@pytest.mark.parametrize(("alpha", "scale"), [(None, 1.0), (5.0, 2.5)])
def test_low_rank__linear_equals_a_path_beside_it(alpha, scale):
    layer, part = _adapted(Linear(5, 3), alpha)
    assert part.scale == scale
    x = torch.randn(2, 7, 5, dtype=torch.float64)
    expected = (
        beside_linear(x, layer.parametrizations.weight.original, part.down, part.up, scale) + layer.bias
    )
    torch.testing.assert_close(layer(x), expected, atol=1e-12, rtol=1e-12)
    grads = [torch.autograd.grad(y.square().sum(), [part.down, part.up]) for y in (layer(x), expected)]
    torch.testing.assert_close(*grads, atol=1e-11, rtol=1e-11)


def test_low_rank__convolution_equals_a_path_beside_it():
    layer, part = _adapted(Convolution(4, 6, 5), 3.0)
    x = torch.randn(2, 9, 4, dtype=torch.float64)
    weight = layer.parametrizations.weight.original
    expected = beside_convolution(x, weight, layer.bias, part.down, part.up, 1.5)
    torch.testing.assert_close(layer(x), expected, atol=1e-12, rtol=1e-12)
    grads = [torch.autograd.grad(y.square().sum(), [part.down, part.up]) for y in (layer(x), expected)]
    torch.testing.assert_close(*grads, atol=1e-11, rtol=1e-11)


def test_low_rank__sum_is_in_the_weights_precision_under_autocast():
    part = LowRank(torch.ones(3, 5), 2, None, torch.Generator().manual_seed(1))
    fill([part.up], 2)
    weight = torch.randn(3, 5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = part(weight)
    assert inside.dtype == torch.float32
    assert torch.equal(inside, part(weight))
