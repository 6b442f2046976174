import torch

from senformer.model import create_model
from senformer.model.zoo.deepsea import DEEPSEA


def test_deepsea__published_size():
    with torch.device("meta"):
        model = create_model("deepsea")
        of_code = create_model("deepsea", **DEEPSEA.variants["training_code"])
    assert (model.card.parameters, of_code.card.parameters) == (52_843_119, 52_532_319)
    # 1,000 bp: 993 / 4 = 248, 241 / 4 = 60, 53 positions of 960 channels.
    assert model.layers[4].linear.weight.shape == (925, 53 * 960)
    assert (model.window_bp, model.bin_bp, model.crop_bins) == (1000, 200, 2)


def test_deepsea__dropout_behind_each_convolution():
    with torch.device("meta"):
        model = create_model("deepsea")
    steps = [[name for name, _ in block.named_children()] for block in model.layers[:3]]
    assert steps == [["conv", "act", "pool", "drop"]] * 2 + [["conv", "act", "drop"]]
    assert [block.drop.rate for block in model.layers[:3]] == [0.2, 0.2, 0.5]
