import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.model import create_model


def test_zrimec2020__size_of_the_middle_of_the_search():
    with torch.device("meta"):
        model = create_model("zrimec2020")
    assert model.card.parameters == 1_272_321
    # 2,150 - 19 = 2,131 positions, halved thrice: 1,066, 533, 267.
    assert model.layers[7].linear.weight.shape == (64, 267 * 64 + 64 + 8)
    assert list(model.inputs) == ["sequence", "codons", "stability"]


def test_zrimec2020__a_pooling_skips_nothing():
    with pytest.raises(ConfigError, match="stride 5 skips positions that pool 4 does not look at"):
        create_model("zrimec2020", stride=5)
