import pytest
import torch

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.zoo.demo_dashboard import DEMO_DASHBOARD

SIZES = {"cnn": 136_322, "rnn": 9_602, "cnn_rnn": 46_082}


@pytest.mark.parametrize("variant", SIZES)
def test_demo_dashboard__published_sizes(variant):
    with torch.device("meta"):
        model = create_model("demo_dashboard", **DEMO_DASHBOARD.variants[variant])
    assert model.card.parameters == SIZES[variant]


def test_demo_dashboard__convolution_and_lstm_by_default():
    with torch.device("meta"):
        assert create_model("demo_dashboard").card.parameters == SIZES["cnn_rnn"]


def test_demo_dashboard__probability_is_a_softmax_of_two_classes():
    torch.manual_seed(0)
    model = create_model("demo_dashboard", channels=[5], hidden=3, window_bp=20).eval()
    codes = torch.randint(0, 5, (2, 20), dtype=torch.uint8)
    head = model.heads["factor"]
    classes = torch.nn.functional.linear(model.embed(codes), head.weight, head.bias).softmax(dim=-1)
    torch.testing.assert_close(model(codes)["factor"], classes[..., :1])


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"body": "cnn", "widths": [9, 5]}, "3 channels and 2 widths: one each a layer"),
        ({"channels": [6, 5], "widths": [9, 5]}, "body cnn_rnn has one convolution, channels names 2"),
    ],
)
def test_demo_dashboard__layers_that_do_not_fit(sizes, message):
    with pytest.raises(ConfigError, match=message):
        create_model("demo_dashboard", **sizes)
