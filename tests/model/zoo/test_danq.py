import torch

from senformer.model import create_model


def test_danq__published_size():
    with torch.device("meta"):
        model = create_model("danq")
    assert model.card.parameters == 46_926_479
    assert sum(p.numel() for p in model.layers[1].parameters()) == 1_640_960
    assert model.layers[4].linear.weight.shape == (925, 75 * 640)
