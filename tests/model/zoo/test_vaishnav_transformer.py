import torch

from senformer.model import create_model
from senformer.model.zoo.vaishnav_transformer import VAISHNAV_TRANSFORMER


def test_vaishnav_transformer__published_sizes():
    with torch.device("meta"):
        model = create_model("vaishnav_transformer")
        longer = create_model("vaishnav_transformer", **VAISHNAV_TRANSFORMER.variants["same_length"])
    assert (model.card.parameters, longer.card.parameters) == (3_367_889, 3_369_937)
    # 16 values each of 109 and of 110 positions.
    widths = [layers[-2].linear.weight.shape[1] for layers in (model.layers, longer.layers)]
    assert widths == [16 * 109, 16 * 110]
