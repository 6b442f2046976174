import json
import logging
import resource
import shutil
import signal

import pytest
import torch

from senformer.core.errors import DataError, StorageError
from senformer.train.checkpoint import (
    MODEL,
    OPTIMIZER,
    STATE,
    State,
    checkpoint_path,
    checkpoint_steps,
    load_tensors,
    load_weights,
    newest_state,
    prune_checkpoints,
    read_state,
    refuse_small_disk,
    save_checkpoint,
)
from senformer.train.config import TrainConfig


def _save(run, step, **changes):
    weights = {"a.weight": torch.full((3, 2), float(step)), "a.bias": torch.arange(3.0).flip(0)}
    state = State(step=step, settings="s", metrics_bytes=10 * step, **changes)
    save_checkpoint(run, state, {MODEL: weights, OPTIMIZER: {"exp_avg.a.bias": torch.ones(3) * step}})
    return state


def _flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_save_checkpoint__reads_back(tmp_path):
    state = _save(tmp_path, 4, best={"step": 3, "valid_pearson": 0.5}, validated_step=3, seconds=1.5)
    found = read_state(tmp_path, 4)
    assert found.sha256.keys() == {MODEL, OPTIMIZER}
    assert State(**{**vars(found), "sha256": {}}) == state
    assert load_tensors(tmp_path, 4, MODEL)["a.bias"].tolist() == [2.0, 1.0, 0.0]


def test_save_checkpoint__same_step_is_replaced(tmp_path):
    _save(tmp_path, 4)
    _save(tmp_path, 4, validated_step=4)
    assert read_state(tmp_path, 4).validated_step == 4
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step_0000004"]


def test_save_checkpoint__full_disk_leaves_the_last_one(tmp_path):
    _save(tmp_path, 4)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(StorageError) as caught:
            _save(tmp_path, 6)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.exit_code == 74
    assert "step_0000006: " in str(caught.value)
    assert newest_state(tmp_path).step == 4
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step_0000004"]


@pytest.mark.parametrize("name", [MODEL, OPTIMIZER, STATE])
def test_read_state__every_flipped_byte_is_seen(tmp_path, name):
    _save(tmp_path, 4)
    path = checkpoint_path(tmp_path, 4) / name
    clean = path.read_bytes()
    for place in range(0, len(clean), max(1, len(clean) // 60)):
        _flip(path, place)
        if name != STATE:
            with pytest.raises(DataError, match="is damaged: its SHA-256 is not the recorded one"):
                read_state(tmp_path, 4)
        path.write_bytes(clean)
    assert read_state(tmp_path, 4).step == 4


def test_read_state__missing_file_named(tmp_path):
    _save(tmp_path, 4)
    (checkpoint_path(tmp_path, 4) / OPTIMIZER).unlink()
    with pytest.raises(DataError, match=r"step_0000004/optimizer.safetensors: is missing"):
        read_state(tmp_path, 4)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 1, "step": 4}', '{"format": 1, "stepp": 4}']
)
def test_read_state__unreadable_state_named(tmp_path, text):
    _save(tmp_path, 4)
    (checkpoint_path(tmp_path, 4) / STATE).write_text(text)
    with pytest.raises(DataError, match=r"step_0000004/state.json: cannot be read"):
        read_state(tmp_path, 4)


def test_read_state__other_format_named(tmp_path):
    _save(tmp_path, 4)
    path = checkpoint_path(tmp_path, 4) / STATE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))
    with pytest.raises(DataError, match="is of format 2, this version reads 1"):
        newest_state(tmp_path)


def test_newest_state__none_yet(tmp_path):
    assert newest_state(tmp_path) is None


def test_newest_state__damaged_one_named_and_passed_over(tmp_path, caplog):
    for step in (2, 4):
        _save(tmp_path, step)
    _flip(checkpoint_path(tmp_path, 4) / MODEL, -1)
    with caplog.at_level(logging.WARNING):
        assert newest_state(tmp_path).step == 2
    assert "step_0000004/model.safetensors: is damaged" in caplog.text
    assert "Looking for the checkpoint before it" in caplog.text


def test_newest_state__all_damaged(tmp_path):
    for step in (2, 4):
        _save(tmp_path, step)
        _flip(checkpoint_path(tmp_path, step) / MODEL, -1)
    with pytest.raises(DataError, match="every checkpoint is damaged"):
        newest_state(tmp_path)


def test_newest_state__ten_million_steps_sort_by_number(tmp_path):
    for step in (9_999_999, 10_000_000):
        _save(tmp_path, step)
    assert newest_state(tmp_path).step == 10_000_000


def test_prune_checkpoints__newest_and_best_stay(tmp_path):
    for step in (2, 4, 6, 8, 10):
        _save(tmp_path, step)
    prune_checkpoints(tmp_path, 2, {4})
    assert checkpoint_steps(tmp_path) == [4, 8, 10]
    prune_checkpoints(tmp_path, 7)
    assert checkpoint_steps(tmp_path) == [4, 8, 10]


def _model(**sizes):
    sizes = {"a": (2, 3)} | sizes
    return torch.nn.ModuleDict({name: torch.nn.Linear(*size) for name, size in sizes.items()})


def test_load_weights__values_arrive(tmp_path):
    _save(tmp_path, 4)
    model = _model()
    load_weights(model, tmp_path, 4)
    assert model["a"].weight.unique().tolist() == [4.0]


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ({"a": (5, 3)}, "tensor 'a.weight' is (3, 2), the model of this run has (3, 5)"),
        ({"b": (1, 4)}, "tensor 'b.weight' is missing, the model of this run has (4, 1)"),
    ],
)
def test_load_weights__other_shape_named(tmp_path, sizes, text):
    _save(tmp_path, 4)
    with pytest.raises(DataError) as caught:
        load_weights(_model(**sizes), tmp_path, 4)
    assert text in str(caught.value)


def test_load_weights__unknown_tensor_named(tmp_path):
    _save(tmp_path, 4)
    with pytest.raises(DataError, match=r"tensor 'a.bias' is \(3,\), the model of this run has none"):
        load_weights(torch.nn.ModuleDict({"a": torch.nn.Linear(2, 3, bias=False)}), tmp_path, 4)


def test_refuse_small_disk__needed_and_free_named(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=500))
    # 9 values of 4 bytes: weights 36, moments 72; kept 2, best 1, being written 1; the model
    needed = (36 + 72) * 4 + 36
    refuse_small_disk(tmp_path, _model(), TrainConfig(steps=1, keep_checkpoints=2))
    with pytest.raises(StorageError) as caught:
        refuse_small_disk(tmp_path, _model(), TrainConfig(steps=1, keep_checkpoints=3))
    assert f"the disk has 500 bytes free, the checkpoints need {needed + 108}" in str(caught.value)
