import numpy as np
import pytest
import torch

from senformer.core.errors import DataError
from senformer.model import create_model

CODES = torch.arange(240, dtype=torch.uint8).reshape(2, 120) % 5
FEATURES = np.array([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]])


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    sizes = {"channels": [6, 5], "pools": [4, 3], "dense": [8, 7], "halflife": 3, "window_bp": 120}
    return create_model("xpresso", **sizes).eval()


def test_feature_model__what_is_left_out_is_zero(model):
    with torch.no_grad():
        plain = model(CODES)["expression"]
        given = model({"sequence": CODES, "halflife": FEATURES})["expression"]
    assert plain.shape == (2, 1, 1)
    assert torch.equal(plain[1], given[1])
    assert not torch.equal(plain[0], given[0])


def test_feature_model__features_stand_behind_the_flattened_positions(model):
    with torch.no_grad():
        x = model.layers[2](model.layers[1](model.layers[0](model._bases(CODES))))
        x = torch.cat([x, torch.tensor(FEATURES, dtype=torch.float32)[:, None]], dim=-1)
        for layer in (*model.layers[3:], model.heads["expression"]):
            x = layer(x)
        given = model({"sequence": CODES, "halflife": FEATURES})["expression"]
    torch.testing.assert_close(given, x)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"halflife": FEATURES[:, :2]}, "E584"),
        ({"halflife": FEATURES * np.nan}, "E584"),
        ({"half_life": FEATURES}, "E570"),
    ],
)
def test_feature_model__wrong_features(model, given, code):
    with pytest.raises(DataError) as caught:
        model({"sequence": CODES, **given})
    assert caught.value.code == code
