import pytest
import torch
from tests.model.toy import SIZES, small_model
from tests.model.weights.bundles import sonnet_tensors

from senformer.core.errors import DataError
from senformer.model.weights.enformer_names import SONNET
from senformer.model.weights.enformer_sizes import enformer_names, enformer_sizes
from senformer.model.weights.translate import Stored

TRUNK = "_trunk/_layers"


def stored(model, **changes) -> Stored:
    shapes = {name: tuple(value.shape) for name, value in sonnet_tensors(model).items()} | changes
    shapes = {name: shape for name, shape in shapes.items() if shape is not None and "_hidden" not in name}
    return Stored("x.index", shapes, lambda name: torch.empty(0))


def refused(source: Stored) -> str:
    with pytest.raises(DataError) as caught:
        enformer_sizes(SONNET, source)
    return caught.value.line


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"n_layers": 3, "n_heads": 2, "value_size": 5, "key_size": 7, "n_position_features": 12},
        {"pooling": "max", "n_conv_blocks": 3, "channels": 48, "window_bp": 16 * 40},
    ],
)
def test_enformer_sizes__are_those_of_the_model(changes):
    model = small_model("enformer", **changes)
    sizes = enformer_sizes(SONNET, stored(model))
    known = {key: getattr(model.config, key) for key in sizes if key != "channel_divisor"}
    assert {key: value for key, value in sizes.items() if key != "channel_divisor"} == known
    # Another divisor may lead to the same channels: only these count.
    found = model.config.model_validate({**SIZES, **changes, "channel_divisor": sizes["channel_divisor"]})
    assert found.tower_channels == model.config.tower_channels


def test_enformer_sizes__without_transformer():
    sizes = enformer_sizes(SONNET, stored(small_model("enformer", n_layers=0)))
    assert sizes["n_layers"] == 0
    assert "key_size" not in sizes


def test_enformer_sizes__the_published_divisor():
    model = small_model("enformer", channels=384, channel_divisor=128, n_conv_blocks=6, window_bp=128 * 40)
    assert enformer_sizes(SONNET, stored(model))["channel_divisor"] == 128


def test_enformer_sizes__no_enformer():
    assert "tensor '_trunk/_layers/4/_layers/0/_layers/0/scale' is missing" in refused(
        Stored("x.index", {}, lambda name: torch.empty(0))
    )
    model = small_model("enformer")
    assert "E527" in refused(stored(model, **{"_heads/human/_layers/0/w": None}))
    heads = {f"_heads/{head}/_layers/0/{leaf}": None for head in ("human", "mouse") for leaf in "wb"}
    assert "x.index: holds no head. Give a whole Enformer." in refused(stored(model, **heads))


def test_enformer_sizes__other_axes():
    changed = {f"{TRUNK}/2/_layers/0/_layers/0/_module/_layers/1/_r_w_bias": (4, 3)}
    assert "has shape (4, 3), not the axes of '1h1k>hk'" in refused(
        stored(small_model("enformer"), **changed)
    )


def test_enformer_sizes__sizes_that_fit_no_enformer():
    model = small_model("enformer")
    values = {f"{TRUNK}/2/_layers/0/_layers/0/_module/_layers/1/_v_layer/w": (32, 30)}
    assert "30 values are no whole number for each of 4 attention heads" in refused(stored(model, **values))
    tower = {f"{TRUNK}/1/_layers/1/_layers/0/_layers/2/w": (5, 16, 31)}
    assert "a tower of [16, 31] channels is none that leads to 32" in refused(stored(model, **tower))


def test_enformer_names__max_pooling_has_none():
    sizes = enformer_sizes(SONNET, stored(small_model("enformer", pooling="max")))
    assert not [name for name in enformer_names(SONNET, sizes) if "pool" in name]
