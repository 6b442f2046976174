import pytest
import torch

from senformer.core.errors import DataError
from senformer.model import create_model, load_model


@pytest.fixture(scope="module")
def model():
    sizes = {"channels": [4, 6], "widths": [5, 3], "pools": [2, 2], "dilated_channels": 3}
    torch.manual_seed(0)
    return create_model("basenji", **sizes, dilations=[3], window_bp=400, crop_bins=2, heads={"a": 2}).eval()


def test_track_model__any_window_of_whole_bins(model):
    codes = torch.randint(0, 5, (3, 480), dtype=torch.uint8)
    assert model(codes)["a"].shape == (3, 480 // 4 - 4, 2)
    assert torch.equal(model(codes)["a"], model.activate(model.heads["a"](model.trunk(codes, 0)[:, 2:-2])))
    with pytest.raises(DataError, match="are not whole bins of 4 bp"):
        model(codes[:, :478])


def test_track_model__golden_bins_reach_as_far_as_the_dilation(model, tmp_path):
    assert model.golden_bins() == 24 + 3
    model.save(tmp_path / "m")
    with torch.no_grad():
        model.layers[2][0].conv.weight.mul_(3)
    loaded = load_model(tmp_path / "m")
    loaded.layers[2][0].conv.weight.data.mul_(3)
    loaded.save(tmp_path / "other")
    outputs = [load_model(tmp_path / name, verify=True).card.golden["outputs"] for name in ("m", "other")]
    assert outputs[0] != outputs[1]
