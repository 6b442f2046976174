import json

import pytest
from tests.model.baskerville.toy import described_layers, small_baskerville

from senformer.model.baskerville.keras_settings import (
    check_params,
    first_of,
    foreign_layers,
    from_layers,
    from_params,
    head_name,
)

PARAMS = {
    "seq_length": 4096,
    "activation": "gelu",
    "trunk": [
        {"name": "conv_dna"},
        {"name": "transformer_tower", "dropout": 0.3},
        {"name": "Cropping1D", "cropping": 17},
    ],
    "head_human": {"units": 74},
    "head_mouse": {"units": 32},
}


def test_from_layers__window_crop_dropout_strands():
    assert from_layers(described_layers(small_baskerville())) == {
        "overrides": {"window_bp": 640, "crop_bins": 9, "dropout": 0.25},
        "strand_pair": [1, 0, 2, 4, 3],
    }


def test_from_layers__uneven_crop():
    layers = described_layers(small_baskerville())
    layers[8]["config"]["cropping"] = [9, 10]
    with pytest.raises(ValueError, match="crops 9 bins on the left and 10 on the right"):
        from_layers(layers)


@pytest.mark.parametrize("crop", [5, [9], None, "99"])
def test_from_layers__crop_of_another_form(crop):
    layers = described_layers(small_baskerville())
    layers[8]["config"]["cropping"] = crop
    with pytest.raises(ValueError, match="not two numbers of bins"):
        from_layers(layers)


def test_from_layers__no_fixed_length():
    layers = described_layers(small_baskerville())
    layers[0]["config"]["batch_input_shape"] = [None, None, 4]
    with pytest.raises(ValueError, match="its input has no fixed length"):
        from_layers(layers)


def test_foreign_layers__none_in_ours():
    assert foreign_layers(described_layers(small_baskerville())) == []


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (2, {"strides": [2]}, r"conv1d has strides [2], not [1]"),
        (3, {"pool_size": [4]}, r"maxpooling1d has pool_size [4], not [2]"),
        (4, {"axis": [1]}, "batchnormalization has axis [1], not [2]"),
        (9, {"scaling": False}, "multiheadattention has scaling False, not True"),
        (9, {"gated": True}, "multiheadattention has gated True, not False"),
        (
            9,
            {"relative_position_functions": ["positional_features_gamma"]},
            "multiheadattention has relative_position_functions ['positional_features_gamma'], "
            "not ['positional_features_central_mask']",
        ),
        (10, {"activation": "relu"}, "dense has activation 'relu', not 'linear'"),
        (10, {"activation": "softplus"}, "dense has activation 'softplus', not 'linear'"),
        (11, {"activation": "linear"}, "dense has activation 'linear', not 'softplus'"),
        (4, {"epsilon": 1e-5}, "batchnormalization has epsilon 1e-05, not 0.001"),
        (5, {"function": "nn.relu"}, "tfoplambda has function 'nn.relu', not 'nn.gelu'"),
    ],
)
def test_foreign_layers__other_settings(number, change, message):
    layers = described_layers(small_baskerville())
    layers[number]["config"].update(change)
    assert foreign_layers(layers) == [message]


def test_foreign_layers__other_layers():
    layers = described_layers(small_baskerville())
    layers[5]["inbound_nodes"] = [["x", 0, 0, {"approximate": False}]]
    layers[6]["class_name"] = "SqueezeExcite"
    assert foreign_layers(layers) == [
        "tfoplambda is GELU in another form than the tanh one",
        "dropout is a SqueezeExcite",
    ]


def test_from_params__window_crop_dropout():
    assert from_params(PARAMS) == {"window_bp": 4096, "crop_bins": 17, "dropout": 0.3}


def test_from_params__unlike_ours():
    other = json.loads(json.dumps(PARAMS))
    other["trunk"].append({"name": "dilated_residual"})
    with pytest.raises(ValueError, match=r"has the blocks \['dilated_residual'\]"):
        from_params(other)
    with pytest.raises(ValueError, match="relu"):
        from_params(PARAMS | {"activation": "relu"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trunk": [{"name": "conv_dna", "pool_size": 8}]}, "conv_dna has pool_size 8, not 2"),
        ({"trunk": [{"name": "transformer_tower", "gated": True}]}, "transformer_tower has gated True"),
        (
            {"head_mouse": {"units": 5, "activation": "exponential"}},
            "head_mouse has activation 'exponential'",
        ),
    ],
)
def test_from_params__other_settings(changes, message):
    with pytest.raises(ValueError, match=message):
        from_params(PARAMS | changes)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ([], "model is no mapping"),
        ({}, "trunk is no list of named blocks"),
        ({"trunk": "x"}, "trunk is no list of named blocks"),
        ({"trunk": ["x"]}, "trunk is no list of named blocks"),
        ({"trunk": [{"name": 3}]}, "trunk is no list of named blocks"),
        (PARAMS | {"head_h": 5}, "head_h is 5, no mapping"),
    ],
)
def test_check_params__another_form(model, message):
    check_params(PARAMS)
    with pytest.raises(ValueError, match=message):
        check_params(model)


def test_first_of__counts_the_others():
    assert (first_of(["a"]), first_of(["a", "b", "c"])) == ("a", "a and 2 more")


def test_head_name__by_its_tracks():
    assert head_name(PARAMS, 32) == "mouse"
    assert head_name(PARAMS, 33) is None
    assert head_name(PARAMS | {"head_fly": {"units": 32}}, 32) is None
