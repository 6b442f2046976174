import torch

from senformer.model import create_model


def test_vaishnav_cnn__published_size():
    with torch.device("meta"):
        model = create_model("vaishnav_cnn")
    assert model.card.parameters == 17_168_641
    assert model.layers[1].conv.weight.shape == (256, 512, 30)
    assert model.layers[4].linear.weight.shape == (256, 28_160)
