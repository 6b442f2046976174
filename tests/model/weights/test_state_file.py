import json
import os
import pickle

import pytest
import torch
from safetensors.torch import save_file

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights.state_file import find_state, open_state

STATE = {"a.weight": torch.arange(6.0).view(2, 3), "b": torch.tensor(4)}


def refused(path) -> str:
    with pytest.raises((DataError, MissingInputError)) as caught:
        open_state(path)
    return caught.value.line


def holds_state(path):
    state = open_state(path)
    assert state.shapes == {"a.weight": (2, 3), "b": ()}
    return all(torch.equal(state.load(name), tensor) for name, tensor in STATE.items())


@pytest.mark.parametrize("zipped", [True, False])
def test_open_state__torch_files_old_and_new(tmp_path, zipped):
    torch.save(STATE, tmp_path / "m.bin", _use_new_zipfile_serialization=zipped)
    assert holds_state(tmp_path / "m.bin")


@pytest.mark.parametrize("wrapper", ["state_dict", "model_state_dict", "model"])
def test_open_state__inside_a_training_checkpoint(tmp_path, wrapper):
    torch.save({"epoch": 3, wrapper: STATE}, tmp_path / "m.ckpt")
    assert holds_state(tmp_path / "m.ckpt")


def test_open_state__safetensors(tmp_path):
    save_file(STATE, tmp_path / "m.safetensors")
    assert holds_state(tmp_path / "m.safetensors")
    assert open_state(tmp_path / "m.safetensors").files == [tmp_path / "m.safetensors"]


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
def test_open_state__shards(tmp_path, ending):
    places = {}
    for number, (name, tensor) in enumerate(STATE.items()):
        file = f"model-{number}.{ending}"
        save = save_file if ending == "safetensors" else torch.save
        save({name: tensor}, tmp_path / file)
        places[name] = file
    index = tmp_path / f"model.{ending}.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    assert holds_state(index)
    assert [file.name for file in open_state(index).files] == [index.name, *places.values()]
    index.write_text(json.dumps({"weight_map": places | {"c": places["b"]}}))
    assert f"lacks the tensor 'c' that {index.name} expects in it" in refused(index)
    (tmp_path / places["b"]).unlink()
    assert refused(index) == (
        f"error[E521]: {tmp_path / places['b']}: no such file; the index names this shard. "
        f"Put it beside {index.name}."
    )


def test_open_state__damaged_index(tmp_path):
    index = tmp_path / "model.safetensors.index.json"
    for text in ("{", "[]", '{"weight_map": 3}'):
        index.write_text(text)
        assert refused(index) == f"error[E543]: {index}: is no index of shards. Copy the file again."


def test_open_state__an_index_that_names_an_index(tmp_path):
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": index.name}}))
    assert refused(index) == (
        f"error[E543]: {index}: names 'model.safetensors.index.json' as a shard, which is an index itself. "
        "Give an index of files of tensors."
    )


def _failing(fault):
    def fail(*args, **kwargs):
        raise fault

    return fail


@pytest.mark.parametrize("name", ["m.bin", "m.safetensors", "m.bin.index.json"])
def test_open_state__what_the_system_cannot_read(tmp_path, monkeypatch, name):
    fault = PermissionError(13, "Permission denied")
    monkeypatch.setattr("torch.load", _failing(fault))
    monkeypatch.setattr("senformer.model.weights.state_file.safe_open", _failing(fault))
    monkeypatch.setattr("pathlib.Path.read_bytes", _failing(fault))
    assert refused(tmp_path / name) == (
        f"error[E535]: {tmp_path / name}: cannot be read (Permission denied). "
        "Check its permissions and the disk."
    )


def test_open_state__too_little_memory_is_no_damage(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.load", _failing(MemoryError()))
    with pytest.raises(MemoryError):
        open_state(tmp_path / "m.bin")


class _Code:
    def __reduce__(self):
        return os.system, ("touch pwned",)


@pytest.mark.parametrize("zipped", [True, False])
def test_open_state__a_pickle_with_code_is_refused_and_not_run(tmp_path, monkeypatch, zipped):
    monkeypatch.chdir(tmp_path)
    torch.save({"a": torch.ones(2), "b": _Code()}, "m.bin", _use_new_zipfile_serialization=zipped)
    line = refused(tmp_path / "m.bin")
    assert line.startswith(f"error[E544]: {tmp_path / 'm.bin'}: asks to run ")
    assert "system, which no file of weights needs; nothing of it was run." in line
    assert "\n" not in line
    assert not (tmp_path / "pwned").exists()


def test_open_state__a_plain_pickle(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.bin").write_bytes(pickle.dumps(_Code()))
    assert "E54" in refused(tmp_path / "m.bin")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("name", ["m.bin", "m.safetensors"])
@pytest.mark.parametrize("data", [b"", b"nothing of the kind", b"PK\x03\x04 half a zip"])
def test_open_state__something_else(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    line = refused(tmp_path / name)
    assert line.startswith(f"error[E543]: {tmp_path / name}: ")
    assert "\n" not in line


@pytest.mark.parametrize("name", ["m.bin", "m.safetensors"])
def test_open_state__cut_off(tmp_path, name):
    save = torch.save if name == "m.bin" else (lambda state, path: save_file(state, path))
    save({"a": torch.ones(500)}, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    assert "E543" in refused(tmp_path / name)


def test_open_state__no_tensors_by_name(tmp_path):
    torch.save({"a": torch.ones(2), "n": 3}, tmp_path / "m.pt")
    assert "holds Tensor, int, not tensors by name. Save the model's state_dict." in refused(
        tmp_path / "m.pt"
    )
    torch.save(torch.ones(2), tmp_path / "m.pt")
    assert "holds Tensor, not tensors by name" in refused(tmp_path / "m.pt")


def test_find_state__in_the_order_of_hugging_face(tmp_path):
    assert find_state(tmp_path) is None
    assert find_state(tmp_path / "none.bin") is None
    for name in ("pytorch_model.bin", "model.safetensors"):
        (tmp_path / name).touch()
        assert find_state(tmp_path) == tmp_path / name
    (tmp_path / "notes.txt").touch()
    assert find_state(tmp_path / "notes.txt") is None
    assert find_state(tmp_path / "pytorch_model.bin") == tmp_path / "pytorch_model.bin"
