import numpy as np
import pytest
import torch
from tests.oracles.attention import relative_shift
from torch.utils._python_dispatch import TorchDispatchMode

from senformer.core.errors import ConfigError
from senformer.model.attention.base import AttentionSizes
from senformer.model.attention.dense import DenseAttention, DenseConfig
from senformer.model.attention.relative import set_backend
from senformer.model.positions import POSITIONS
from senformer.model.positions.table import PositionTable


class _SoftmaxTypes(TorchDispatchMode):
    """Remembers what types go into a softmax, and into its exponential when it is computed again."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if "_softmax" in str(func) or "exp_" in str(func):
            self.seen.add(args[0].dtype)
        return func(*args, **(kwargs or {}))


def positions(n_bins: int, n_features: int) -> PositionTable:
    return PositionTable(POSITIONS["relative"], n_bins, n_features, 2 * n_features, torch.empty(0))


SIZES = AttentionSizes(channels=600, n_heads=8, key_size=64, value_size=5, n_features=192)


def test_relative_attention__initial_values():
    torch.manual_seed(0)
    layer = DenseAttention(SIZES, DenseConfig(), 0).requires_grad_(False)
    # sqrt(2 / fan_in): 600 channels, 192 features, 8 heads for the biases.
    assert float(layer.query.weight.std()) == pytest.approx((2 / 600) ** 0.5, rel=0.02)
    assert float(layer.relative_key.weight.std()) == pytest.approx((2 / 192) ** 0.5, rel=0.02)
    assert float(layer.content_bias.std()) == pytest.approx(0.5, rel=0.1)
    assert float(layer.position_bias.abs().max()) <= 1.1370
    assert not layer.out.weight.any()
    assert not layer.out.bias.any()


def test_relative_attention__begins_as_nothing():
    layer = DenseAttention(SIZES, DenseConfig(), 0)
    assert not layer(torch.randn(1, 5, 600), positions(5, 192)).any()


def test_relative_attention__position_dropout_in_training_alone():
    sizes = AttentionSizes(6, 2, 3, 3, 12, dropout=0.0, position_dropout=0.5)
    layer = DenseAttention(sizes, DenseConfig(), 0)
    torch.nn.init.normal_(layer.out.weight)
    x, basis = torch.randn(1, 5, 6), positions(5, 12)
    assert torch.equal(layer.eval()(x, basis), layer(x, basis))
    assert not torch.equal(layer.train()(x, basis), layer(x, basis))


def test_relative_attention__bfloat16_softmax_is_float32():
    torch.manual_seed(0)
    layer = DenseAttention(AttentionSizes(6, 2, 3, 3, 12), DenseConfig(), 0)
    torch.nn.init.normal_(layer.out.weight)
    x, basis = torch.randn(1, 300, 6), positions(300, 12)
    with torch.autocast("cpu", dtype=torch.bfloat16), _SoftmaxTypes() as mode:
        layer(x, basis).sum().backward()
    assert mode.seen == {torch.float32}


def test_set_backend__every_layer_and_nothing_that_is_saved():
    layers = torch.nn.ModuleList(DenseAttention(SIZES, DenseConfig(), layer) for layer in range(2))
    names = set(layers.state_dict())
    assert {layer.backend for layer in layers} == {"auto"}
    set_backend(layers, "tiles")
    assert {layer.backend for layer in layers} == {"tiles"}
    assert set(layers.state_dict()) == names


def test_set_backend__unknown_name():
    layers = torch.nn.ModuleList([DenseAttention(SIZES, DenseConfig(), 0)])
    with pytest.raises(ConfigError, match=r"'tile' is none of auto, flex, masked, tiles.*tiles"):
        set_backend(layers, "tile")
    assert layers[0].backend == "auto"


@pytest.mark.real_data
def test_relative_shift__equals_sonnet(shared_data):
    stored = np.load(shared_data / "parity_enformer_sonnet" / "relative_shift.npz")
    found = relative_shift(torch.from_numpy(stored["x"]))
    np.testing.assert_array_equal(found, stored["y"])
