import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.zoo.basset import BASSET


def test_basset__published_weights_and_current_code():
    with torch.device("meta"):
        model = create_model("basset")
        current = create_model("basset", **BASSET.variants["current_code"])
    assert (model.card.parameters, current.card.parameters) == (4_135_064, 4_735_064)
    # Positions before the dense layers: the current code pads, and rounds 50 / 4 up.
    assert (model.layers[4].linear.weight.shape[1], current.layers[4].linear.weight.shape[1]) == (
        10 * 200,
        13 * 200,
    )


def test_basset__one_size_a_layer():
    with pytest.raises(ConfigError, match="3 channels, 2 widths, 3 pools: one each a layer"):
        create_model("basset", widths=[19, 11])
