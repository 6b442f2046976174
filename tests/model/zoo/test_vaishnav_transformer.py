import math

import torch

from senformer.model import create_model


def test_vaishnav_transformer__published_size():
    with torch.device("meta"):
        model = create_model("vaishnav_transformer")
    assert model.card.parameters == 3_369_937
    # 16 values of each of 110 positions.
    assert model.layers[-2].linear.weight.shape[1] == 16 * 110


def test_vaishnav_transformer__its_lstm_begins_as_published():
    torch.manual_seed(0)
    model = create_model("vaishnav_transformer")
    (lstm,) = (layer for layer in model.layers if type(layer).__name__ == "BiLstm")
    drawn = torch.cat([lstm.forward_inputs.flatten(), lstm.backward_inputs.flatten()]).detach()
    # He's deviation for 128 inputs; Glorot's would be 0.112.
    assert abs(float(drawn.std()) - math.sqrt(2 / 128)) < 0.006
