import json
import sys

import h5py
import numpy as np
import pytest
import torch
from tests.model.baskerville.toy import described_layers, keras_layers, small_baskerville, write_keras
from tests.oracles.tfrecord import windows

from senformer.core.errors import DataError, MissingInputError
from senformer.model import create_model, load_model
from senformer.model.load import assign_tensors
from senformer.model.weights import SOURCES, keras
from senformer.workflow.convert import ConvertConfig, convert

MODEL, PARITY = "basenji_tiny/eval/model.h5", "parity_baskerville"
PARAMS = {
    "model": {
        "seq_length": 1280,
        "activation": "gelu",
        "trunk": [{"name": "transformer_tower"}, {"name": "Cropping1D", "cropping": 11}],
        "head_mouse": {"units": 5},
    }
}


@pytest.fixture(scope="module")
def small():
    model = small_baskerville()
    return model, keras_layers(model), described_layers(model)


def test_matches__hdf5_alone(tmp_path, small):
    path = write_keras(tmp_path / "m", small[1], None)
    assert keras.matches(path)
    (tmp_path / "other.h5").write_bytes(b"PK\x03\x04 something else")
    assert not keras.matches(tmp_path / "other.h5")
    assert not keras.matches(tmp_path)
    assert SOURCES["keras"] is keras


def test_read__whole_file(tmp_path, small):
    model, layers, described = small
    foreign = keras.read(write_keras(tmp_path / "m.h5", layers, described))
    assert foreign.model == "baskerville"
    assert foreign.provenance["strand_pair"] == {"tracks": [1, 0, 2, 4, 3]}
    assert [file["name"] for file in foreign.provenance["files"]] == ["m.h5"]
    made = create_model(foreign.model, **foreign.overrides)
    assert made.config.dropout == 0.25
    assert made.config.model_copy(update={"heads": {"human": 5}, "dropout": 0.2}) == model.config
    assign_tensors(made, dict(foreign.tensors), "m.h5")
    for name, value in model.state_dict().items():
        assert torch.equal(made.state_dict()[name.replace("heads.human", "heads.tracks")], value), name


def test_read__params_beside_it(tmp_path, small):
    path = write_keras(tmp_path / "m.h5", small[1], None)
    (tmp_path / "params.json").write_text(json.dumps(PARAMS))
    foreign = keras.read(path)
    assert foreign.overrides["heads"] == {"mouse": 5}
    assert (foreign.overrides["window_bp"], foreign.overrides["crop_bins"]) == (1280, 11)
    assert "heads.mouse.weight" in foreign.tensors
    assert [file["name"] for file in foreign.provenance["files"]] == ["m.h5", "params.json"]


def _refused(path, error=DataError) -> str:
    with pytest.raises(error) as caught:
        keras.read(path)
    return caught.value.line


def test_read__nothing_says_the_window(tmp_path, small):
    line = _refused(write_keras(tmp_path / "m.h5", small[1], None), MissingInputError)
    assert line.startswith("error[E555]")
    assert "params.json: no such file, and the weights do not say what window they are for" in line


def test_read__damaged_params(tmp_path, small):
    path = write_keras(tmp_path / "m.h5", small[1], None)
    (tmp_path / "params.json").write_text("{]")
    assert "error[E553]" in _refused(path)
    for text in ('{"model": []}', '{"model": {"trunk": "x"}}', '{"model": {"trunk": [], "head_h": 5}}', "[]"):
        (tmp_path / "params.json").write_text(text)
        assert "error[E553]" in _refused(path)
    (tmp_path / "params.json").write_text('{"model": {"trunk": [], "activation": "relu"}}')
    assert "its configuration is unlike ours: has the blocks ['relu']" in _refused(path)


def test_read__other_layer(tmp_path, small):
    described = json.loads(json.dumps(small[2]))
    described[2]["config"]["strides"] = [2]
    line = _refused(write_keras(tmp_path / "m.h5", small[1], described))
    assert "error[E554]" in line
    assert "conv1d has strides [2], not [1]. Only" in line
    described[10]["config"]["activation"] = "relu"
    line = _refused(write_keras(tmp_path / "m.h5", small[1], described))
    assert "conv1d has strides [2], not [1] and 1 more. Only" in line


@pytest.mark.parametrize(
    ("number", "config", "message"),
    [
        (8, {"cropping": 5}, "its configuration is unlike ours: has cropping 5, not two numbers of bins"),
        (0, {"batch_input_shape": 3}, "its configuration is unlike ours"),
    ],
)
def test_read__configuration_of_another_form(tmp_path, small, number, config, message):
    described = json.loads(json.dumps(small[2]))
    described[number]["config"].update(config)
    line = _refused(write_keras(tmp_path / "m.h5", small[1], described))
    assert "error[E554]" in line
    assert message in line
    described[number]["config"] = 3
    assert "error[E554]" in _refused(write_keras(tmp_path / "m.h5", small[1], described))


@pytest.mark.parametrize(
    ("layer", "variable", "value", "message"),
    [
        ("dense", "kernel", np.nan, "tensor 'dense/kernel' holds NaN or infinity"),
        ("dense", "kernel", 1e300, "tensor 'dense/kernel' holds NaN or infinity"),
        ("batch_normalization", "moving_variance", -2, "moving_variance' is a variance and holds -2, below"),
    ],
)
def test_read__values_that_are_none(tmp_path, small, layer, variable, value, message):
    array = small[1][layer][variable].astype(np.float64)
    array.flat[1] = value
    layers = small[1] | {layer: small[1][layer] | {variable: array}}
    line = _refused(write_keras(tmp_path / "m.h5", layers, small[2]))
    assert "error[E530]" in line
    assert message in line


def test_read__no_file(tmp_path):
    for path, found in ((tmp_path, "is a folder, not a file"), (tmp_path / "m.h5", "no such file")):
        assert _refused(path, MissingInputError) == f"error[E520]: {path}: {found}. Give the .h5 file."


def test_read__tensor_missing(tmp_path, small):
    layers = {name: dict(variables) for name, variables in small[1].items()}
    del layers["dense_3"]["bias"]
    line = _refused(write_keras(tmp_path / "m.h5", layers, small[2]))
    assert "error[E552]" in line
    assert "dense_3/bias is missing or of another shape" in line


def test_read__no_such_model(tmp_path, small):
    line = _refused(write_keras(tmp_path / "m.h5", {"lstm": {"kernel": np.zeros(3)}}, small[2]))
    assert "is no Baskerville model: 'conv1d' is missing" in line


def test_read__tensor_left_over(tmp_path, small):
    layers = small[1] | {"batch_normalization_9": small[1]["batch_normalization"]}
    line = _refused(write_keras(tmp_path / "m.h5", layers, small[2]))
    assert "error[E556]" in line
    assert "tensor batch_normalization_9/" in line


def test_read__cut_file(tmp_path, small):
    path = write_keras(tmp_path / "m.h5", small[1], small[2])
    path.write_bytes(path.read_bytes()[:20_000])
    assert "error[E551]" in _refused(path)


def test_read__damaged_configuration(tmp_path, small):
    path = write_keras(tmp_path / "m.h5", small[1], small[2])
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = file.attrs["model_config"][:-9]
    assert "error[E551]" in _refused(path)


def test_read__without_h5py(tmp_path, small, monkeypatch):
    path = write_keras(tmp_path / "m.h5", small[1], small[2])
    monkeypatch.setitem(sys.modules, "h5py", None)
    line = _refused(path, MissingInputError)
    assert "error[E550]" in line
    assert line.endswith("Run: pip install 'senformer[keras]'")


@pytest.mark.real_data
def test_read__published_model(shared_data):
    foreign = keras.read(shared_data / MODEL)
    assert foreign.overrides["tower_channels"] == [80, 88, 96, 104, 120, 128]
    assert (foreign.overrides["window_bp"], foreign.overrides["crop_bins"]) == (131_072, 1024)
    assert foreign.overrides["heads"] == {"human": 74}
    assert len(foreign.provenance["strand_pair"]["human"]) == 74
    with np.load(shared_data / PARITY / "weights_hg38.npz") as stored:
        assert len(foreign.tensors) == len(stored.files)
        total = sum(float(np.abs(stored[name]).sum()) for name in stored.files)
    assert sum(float(x.abs().sum()) for x in foreign.tensors.values()) == pytest.approx(total, rel=1e-6)


@pytest.mark.slow
@pytest.mark.real_data
def test_read__published_model_through_convert(shared_data, tmp_path):
    convert(shared_data / MODEL, tmp_path / "model", ConvertConfig())
    model = load_model(tmp_path / "model", verify=True)
    assert [track["strand_pair"] for track in model.card.heads["human"][:4]] == [1, 0, 3, 2]
    codes, _ = next(windows(shared_data / "basenji_tiny/tiny/hg38/tfrecords/test-0.tfr"))
    with torch.no_grad(), np.load(shared_data / PARITY / "pred_hg38_test.npz") as expected:
        found = model(torch.from_numpy(codes)[None])["human"][0].numpy()
        np.testing.assert_allclose(found, expected["pred_f32_first2"][0], atol=1e-4, rtol=1e-3)
