import torch

from senformer.model import create_model
from senformer.model.zoo.vaishnav_cnn import VAISHNAV_CNN


def test_vaishnav_cnn__published_size():
    with torch.device("meta"):
        model = create_model("vaishnav_cnn")
        wide = create_model("vaishnav_cnn", **VAISHNAV_CNN.variants["wide"])
    # The second convolution of both strands and the two joint ones have 29 taps that meet no value.
    idle = 29 * 256 * (2 * 256 + 512 + 256)
    assert (idle, model.card.parameters + idle) == (9_502_720, 17_168_641)
    assert wide.card.parameters == 17_168_641
    assert model.layers[1].conv.weight.shape == (256, 512, 1)
    assert model.layers[4].linear.weight.shape == (256, 28_160)


def test_vaishnav_cnn__begins_as_published():
    model = create_model("vaishnav_cnn", channels=40, dense=[30, 20])
    biases = [value for name, value in model.named_parameters() if name.endswith("bias")]
    assert len(biases) == 9
    assert all(bool((bias == 0.1).all()) for bias in biases)
    weight = model.layers[4].linear.weight
    # A normal of deviation 0.1 cut at two deviations.
    assert 0.19 < weight.abs().max() <= 0.2
