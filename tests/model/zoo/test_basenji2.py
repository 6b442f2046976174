import pytest
import torch

from senformer.model import create_model
from senformer.model.zoo.basenji2 import BASENJI2


@pytest.mark.parametrize(
    ("overrides", "parameters"),
    [({}, 32_613_519), (BASENJI2.variants["human"], 30_088_228), (BASENJI2.variants["mouse"], 24_447_438)],
)
def test_basenji2__published_sizes(overrides, parameters):
    with torch.device("meta"):
        assert create_model("basenji2", **overrides).card.parameters == parameters


def test_basenji2__published_window():
    with torch.device("meta"):
        model = create_model("basenji2").eval()
    outputs = model(torch.empty(1, 131_072, dtype=torch.uint8, device="meta"))
    assert {head: x.shape for head, x in outputs.items()} == {
        "human": (1, 896, 5313),
        "mouse": (1, 896, 1643),
    }
    assert sum(p.numel() for p in [*model.layers.parameters(), *model.final.parameters()]) == 21_922_147


def test_basenji2__a_residual_begins_as_the_identity():
    sizes = {"channels": [4, 6], "widths": [5, 3], "pools": [2, 2], "dilated_channels": 3}
    torch.manual_seed(0)
    model = create_model("basenji2", **sizes, window_bp=64, crop_bins=1).eval()
    x = torch.randn(1, 16, 6)
    assert torch.equal(model.layers[2](x), x)
