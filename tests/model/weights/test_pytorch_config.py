import json

import pytest

from senformer.core.errors import DataError
from senformer.model.weights.pytorch_config import (
    check_sizes,
    find_config,
    kept_bins,
    read_config,
    settings_of,
)

SIZES = {
    "channels": 48,
    "n_layers": 2,
    "n_heads": 3,
    "key_size": 5,
    "n_conv_blocks": 4,
    "heads": {"human": 6},
}
CONFIG = {
    "dim": 48,
    "depth": 2,
    "heads": 3,
    "attn_dim_key": 5,
    "num_downsamples": 5,
    "output_heads": {"human": 6},
}


def test_check_sizes__agree():
    check_sizes("config.json", CONFIG, SIZES)
    check_sizes("config.json", {}, SIZES)
    # Nothing tells the number of heads of a model without attention.
    check_sizes("config.json", CONFIG, {key: value for key, value in SIZES.items() if key != "n_heads"})


@pytest.mark.parametrize("key", CONFIG)
def test_check_sizes__disagree(key):
    with pytest.raises(DataError) as caught:
        check_sizes("config.json", CONFIG | {key: 7}, SIZES)
    assert caught.value.line == (
        f"error[E546]: config.json: says {key} 7, the tensors have {CONFIG[key]}. Give files of one model."
    )


def test_settings_of__what_tensors_do_not_tell():
    config = {"dropout_rate": 0.3, "attn_dropout": 0.1, "pos_dropout": 0.02}
    expected = {"dropout": 0.3, "attention_dropout": 0.1, "position_dropout": 0.02}
    assert settings_of(config) == expected
    assert settings_of({"target_length": -1}) == {"crop_bins": 0}


def test_kept_bins__of_the_target_length():
    assert kept_bins({}, 896) == 896
    assert kept_bins({"target_length": 34}, 896) == 34
    assert kept_bins({"target_length": -1}, 896) is None


@pytest.mark.parametrize("kept", [None, "10", 10.7, 10.0, True, 0, -5])
def test_read_config__target_length_that_is_none(tmp_path, kept):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"model_type": "enformer", "target_length": kept}))
    with pytest.raises(DataError) as caught:
        read_config(file, must_be=False)
    assert caught.value.line == (
        f"error[E545]: {file}: has target_length {kept!r}, not -1 or a whole number of bins. "
        "Give the number of bins that the model keeps."
    )


def test_read_config__of_another_model(tmp_path):
    file = tmp_path / "config.json"
    assert find_config(tmp_path) is None
    file.write_text(json.dumps({"model_type": "bert", "depth": 2}))
    assert find_config(tmp_path) == file == find_config(tmp_path / "a.bin")
    assert read_config(file, must_be=False) == {}
    with pytest.raises(DataError, match=r"is of model_type 'bert'\. Give an Enformer's folder"):
        read_config(file, must_be=True)
    file.write_text("[]")
    with pytest.raises(DataError, match="has neither model_type 'enformer' nor dim and depth"):
        read_config(file, must_be=True)
    file.write_text("{")
    with pytest.raises(DataError, match="is not valid JSON"):
        read_config(file, must_be=False)
    file.write_text(json.dumps({"model_type": "enformer"}))
    assert read_config(file, must_be=True) == {"model_type": "enformer"}
