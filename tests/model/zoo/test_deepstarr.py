import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.model import create_model


def test_deepstarr__published_size():
    with torch.device("meta"):
        model = create_model("deepstarr")
        lengths = [tuple(layer.conv.weight.shape) for layer in model.layers[:4]]
    assert model.card.parameters == 622_722
    # Running statistics are no parameters.
    assert sum(buffer.numel() for buffer in model.buffers()) == 2016
    assert lengths == [(256, 4, 7), (60, 256, 3), (60, 60, 5), (120, 60, 3)]
    assert model.layers[5].linear.weight.shape == (256, 1800)


def test_deepstarr__a_width_for_each_layer():
    with pytest.raises(ConfigError, match="4 channels and 3 widths: one each a layer"):
        create_model("deepstarr", widths=[7, 3, 5])
