import torch

from senformer.model import create_model


def test_tbinet__published_size():
    with torch.device("meta"):
        model = create_model("tbinet")
    assert model.card.parameters == 35_515_816
    assert model.layers[5].linear.weight.shape == (695, 75 * 640)
    # Attention stands between the pooled convolution and the LSTM.
    assert (model.layers[1].weight.shape, model.layers[2].hidden) == ((1, 320), 320)
