import torch

from senformer.model import create_model


def test_deepchrome__published_size():
    with torch.device("meta"):
        model = create_model("deepchrome")
    assert model.card.parameters == 644_177
    # 91 positions behind the convolution, 18 of 50 channels behind the pooling.
    assert model.layers[3].linear.weight.shape == (625, 900)
    assert (model.window_bp, list(model.inputs)) == (10_000, ["signals"])
