import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.zoo.mpra_dragonn import MPRA_DRAGONN


def test_mpra_dragonn__published_sizes():
    with torch.device("meta"):
        model = create_model("mpra_dragonn")
        deep = create_model("mpra_dragonn", **MPRA_DRAGONN.variants["deep_factorized"])
    assert (model.card.parameters, deep.card.parameters) == (339_012, 1_454_890)
    # 145 - 3 * 4 positions; 145 / 3 / 4 / 4.
    assert model.heads["human"].weight.shape == (12, 133 * 120)
    assert deep.layers[10].linear.weight.shape == (100, 3 * 200)
    assert [name for name, _ in deep.layers[4].named_children()] == ["conv", "act", "norm", "drop", "pool"]


def test_mpra_dragonn__one_size_a_layer():
    with pytest.raises(ConfigError, match="3 channels, 1 widths, 3 pools: one each a layer"):
        create_model("mpra_dragonn", widths=[5])
