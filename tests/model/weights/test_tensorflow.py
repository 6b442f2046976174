import numpy as np
import pytest
import torch
from tests.model.toy import small_model
from tests.model.weights.bundles import sonnet_tensors, write_bundle, write_sonnet

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights import tensorflow

PREFIX = "enformer-1"
SIZES = ("channels", "n_layers", "n_heads", "key_size", "value_size", "heads", "n_position_features")


@pytest.fixture
def checkpoint(tmp_path):
    model = small_model("enformer")
    write_sonnet(tmp_path / PREFIX, sonnet_tensors(model), n_shards=2)
    return model, tmp_path


def refused(path) -> str:
    with pytest.raises((DataError, MissingInputError)) as caught:
        tensorflow.read(path)
    return caught.value.line


@pytest.mark.parametrize(
    "name", ["", "checkpoint", PREFIX, f"{PREFIX}.index", f"{PREFIX}.data-00001-of-00002"]
)
def test_read__every_tensor_whatever_path_is_given(checkpoint, name):
    model, folder = checkpoint
    path = folder / name if name else folder
    assert tensorflow.matches(path)
    foreign = tensorflow.read(path)
    state = model.state_dict()
    assert foreign.tensors.keys() == state.keys()
    for key, tensor in foreign.tensors.items():
        assert torch.equal(tensor, state[key])
    assert {key: foreign.overrides[key] for key in SIZES} == {
        key: getattr(model.config, key) for key in SIZES
    }
    files = [file["name"] for file in foreign.provenance["files"]]
    assert files == [f"{PREFIX}.index", f"{PREFIX}.data-00000-of-00002", f"{PREFIX}.data-00001-of-00002"]


def test_read__moving_averages_not_what_they_come_from(checkpoint):
    # The stored "hidden" is half the average: taking it would halve the statistics.
    model, folder = checkpoint
    found = tensorflow.read(folder).tensors["pointwise.norm.running_var"]
    assert torch.equal(found, model.pointwise.norm.running_var)


def test_read__missing_shard(checkpoint):
    _, folder = checkpoint
    (folder / f"{PREFIX}.data-00001-of-00002").unlink()
    assert "error[E521]" in refused(folder)
    assert "enformer-1.data-00001-of-00002: no such file; the index names this shard" in refused(folder)


def test_read__flipped_byte_in_a_shard(checkpoint):
    _, folder = checkpoint
    shard = folder / f"{PREFIX}.data-00000-of-00002"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    assert "is damaged: other checksum" in refused(folder)


def test_read__missing_and_unknown_variables(tmp_path):
    tensors = sonnet_tensors(small_model("enformer"))
    weight = tensors.pop("_trunk/_layers/0/_layers/0/w")
    write_sonnet(tmp_path / "a" / PREFIX, tensors)
    assert "tensor '_trunk/_layers/0/_layers/0/w' is missing" in refused(tmp_path / "a")
    tensors |= {"_trunk/_layers/0/_layers/0/w": weight, "_trunk/_layers/0/_layers/0/ww": weight}
    write_sonnet(tmp_path / "b" / PREFIX, tensors)
    assert refused(tmp_path / "b") == (
        f"error[E528]: {tmp_path / 'b' / PREFIX}.index: the model has no tensor "
        "'_trunk/_layers/0/_layers/0/ww'. Did you mean '_trunk/_layers/0/_layers/0/w'?"
    )


def test_read__a_tensor_of_another_size(tmp_path):
    tensors = sonnet_tensors(small_model("enformer"))
    path = "_trunk/_layers/2/_layers/1/_layers/1/_module/_layers/1/w"
    tensors[path] = np.ascontiguousarray(tensors[path][:, :-1])
    write_sonnet(tmp_path / PREFIX, tensors)
    expected = f"tensor '{path}' has shape (32, 63), the other tensors need (32, 64)"
    assert expected in refused(tmp_path)


def test_read__no_object_graph(tmp_path):
    write_bundle(tmp_path / "model", {"enformer/trunk/w": np.ones((2, 3), dtype=np.float32)})
    assert refused(tmp_path) == (
        f"error[E526]: {tmp_path / 'model.index'}: holds no object graph. "
        "Give one of tf.train.Checkpoint, not of TensorFlow 1."
    )


def test_read__another_model(tmp_path):
    write_sonnet(tmp_path / PREFIX, {"dense/w": np.ones((2, 3), dtype=np.float32)})
    assert (
        "no object in it has _trunk and _heads. Give a checkpoint of DeepMind's Sonnet Enformer."
        in refused(tmp_path)
    )


def test_matches__nothing_else(tmp_path):
    (tmp_path / "model.safetensors").touch()
    assert not tensorflow.matches(tmp_path)
    assert not tensorflow.matches(tmp_path / "model.safetensors")
    assert not tensorflow.matches(tmp_path / "none")
