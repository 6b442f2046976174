import pytest
import torch

from senformer.core.errors import DataError
from senformer.model import create_model


@pytest.fixture
def model():
    torch.manual_seed(0)
    sizes = {"channels": 5, "width": 4, "hidden": 3, "dense": 6, "signals": 2, "meta": 3}
    return create_model("deepgrn", window_bp=20, **sizes).eval()


def test_side_model__what_is_left_out_is_zero(model):
    codes = torch.randint(0, 4, (2, 20), dtype=torch.uint8)
    zeros = {"sequence": codes, "signals": torch.zeros(2, 20, 2), "meta": torch.zeros(2, 3)}
    torch.testing.assert_close(model(codes)["factor"], model(zeros)["factor"])
    assert list(model.inputs) == ["sequence", "signals", "meta"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"signals": torch.zeros(2, 19, 2)}, r"signals: is torch.float32 of shape \(2, 19, 2\)"),
        ({"meta": torch.zeros(3, 3)}, r"Give numbers of shape \(2, 3\), examples first"),
        ({"meta": torch.full((2, 3), torch.nan)}, "is not finite in example 0"),
        ({"marks": torch.zeros(2, 3)}, "no input is called 'marks'"),
    ],
)
def test_side_model__inputs_that_do_not_fit(model, given, message):
    with pytest.raises(DataError, match=message):
        model({"sequence": torch.zeros(2, 20, dtype=torch.uint8), **given})
