import torch

from senformer.model import create_model


def test_beluga__published_size():
    with torch.device("meta"):
        model = create_model("beluga")
    assert model.card.parameters == 149_536_251
    assert model.layers[4].linear.weight.shape == (2003, 106 * 640)
    assert [name for name, _ in model.layers[1].named_children()] == [
        "conv",
        "act",
        "conv2",
        "act2",
        "drop",
        "pool",
    ]
    assert (model.window_bp, model.bin_bp) == (2000, 400)
