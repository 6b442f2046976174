import torch

from senformer.model import create_model


def test_danq_jaspar__published_size():
    with torch.device("meta"):
        model = create_model("danq_jaspar")
    assert model.card.parameters == 67_892_175
    assert model.layers[4].linear.weight.shape == (925, 64 * 1024)
