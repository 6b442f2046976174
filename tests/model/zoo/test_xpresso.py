import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.zoo.xpresso import XPRESSO


@pytest.mark.parametrize(
    ("overrides", "parameters"),
    [({}, 112_357), (XPRESSO.variants["eight_features"], 112_485), (XPRESSO.variants["manual"], 118_889)],
)
def test_xpresso__published_sizes(overrides, parameters):
    with torch.device("meta"):
        assert create_model("xpresso", **overrides).card.parameters == parameters


def test_xpresso__layers():
    with torch.device("meta"):
        model = create_model("xpresso")
    # 10,500 / 30 / 10 positions of 32 channels, and 6 features.
    assert model.layers[3].linear.weight.shape == (64, 35 * 32 + 6)
    assert model.layers[4].linear.weight.shape == (2, 64)
    assert list(model.inputs) == ["sequence", "halflife"]
    with torch.device("meta"):
        assert list(create_model("xpresso", halflife=0).inputs) == ["sequence"]


@pytest.mark.parametrize(
    ("overrides", "found"),
    [
        ({"pools": [30]}, "2 channels, 2 widths, 1 pools: one each a layer"),
        ({"dense": [64]}, "1 dense layers and 2 dropouts: one each"),
    ],
)
def test_xpresso__one_size_a_layer(overrides, found):
    with pytest.raises(ConfigError, match=found):
        create_model("xpresso", **overrides)
