import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.zoo.agentbind import AGENTBIND

SIZES = {
    "danq": 46_076_411,
    "deepsea": 60_878_421,
    # 919 labels in place of one, of 926 values each.
    "danq_pretraining": 46_076_411 + 918 * 926,
    "deepsea_pretraining": 60_878_421 + 918 * 926,
}


@pytest.mark.parametrize("variant", SIZES)
def test_agentbind__published_sizes(variant):
    with torch.device("meta"):
        model = create_model("agentbind", **AGENTBIND.variants[variant])
    assert model.card.parameters == SIZES[variant]


def test_agentbind__body_of_danq_by_default():
    with torch.device("meta"):
        assert create_model("agentbind").card.parameters == SIZES["danq"]


def test_agentbind__steps_of_the_deepsea_body():
    with torch.device("meta"):
        model = create_model("agentbind", body="deepsea")
    steps = [[name for name, _ in block.named_children()] for block in model.layers[:3]]
    assert steps == [["conv", "norm", "act", "pool", "drop"]] * 2 + [["conv", "norm", "act", "drop"]]
    # 1,000 / 4 = 250, rounded up 63.
    assert model.layers[4].linear.weight.shape == (925, 63 * 960)


def test_agentbind__one_convolution_of_danq():
    with pytest.raises(ConfigError, match="body danq has one convolution, channels names 2"):
        create_model("agentbind", channels=[6, 5])
