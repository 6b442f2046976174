import torch

from senformer.model import create_model
from senformer.model.zoo.deeper_deepsea import DEEPER_DEEPSEA


def test_deeper_deepsea__published_sizes():
    with torch.device("meta"):
        model = create_model("deeper_deepsea")
        of_one = create_model("deeper_deepsea", **DEEPER_DEEPSEA.variants["one_target"])
    assert (model.card.parameters, of_one.card.parameters) == (54_634_477, 15_009_925)
    # As many units as outputs.
    assert of_one.layers[4].linear.weight.shape == (1, 44 * 960)


def test_deeper_deepsea__the_first_pair_drops_nothing():
    with torch.device("meta"):
        model = create_model("deeper_deepsea")
    last = [list(dict(block.named_children()))[-1] for block in model.layers[:3]]
    assert last == ["norm", "drop", "drop"]
    assert not hasattr(model.layers[2], "pool")
