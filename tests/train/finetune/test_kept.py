import logging
import shutil

import pytest
from tests.train.finetune.toy import save_model, tuned
from tests.train.test_loop import Killed, _kill_at
from tests.train.toy import fingerprint

from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.train import train
from senformer.train.checkpoint import checkpoint_steps
from senformer.train.finetune import kept as kept_module
from senformer.train.finetune.kept import FILE, find_source, keep_source
from senformer.train.finetune.source import read_source


def test_keep_source__all_but_the_tensors(source, tmp_path):
    known = read_source(source)
    keep_source(tmp_path, known)
    gone = find_source("nowhere", tmp_path)
    assert (gone.name, gone.config, gone.card, gone.shapes) == (
        known.name,
        known.config,
        known.card,
        known.shapes,
    )
    assert gone.sha256 == known.sha256


def test_find_source__the_same_is_not_read_again(source, tmp_path, monkeypatch):
    keep_source(tmp_path, read_source(source))
    other = save_model(tmp_path / "other", {"human": 7}, seed=9)
    assert find_source(str(other), tmp_path).sha256 == read_source(other).sha256
    monkeypatch.setattr(kept_module, "read_source", None)
    assert find_source(str(source), tmp_path).folder == source


def test_find_source__gone_or_damaged(source, tmp_path, caplog):
    with pytest.raises(MissingInputError, match="no such folder"):
        find_source(str(tmp_path / "gone"), tmp_path)
    keep_source(tmp_path, read_source(source))
    with caplog.at_level(logging.WARNING):
        find_source(str(tmp_path / "gone"), tmp_path)
    assert "no such folder; " in caplog.text
    (tmp_path / FILE).write_text('{"name": 1}')
    with pytest.raises(DataError, match=r"finetune_source.json: cannot be read .*Remove it; the"):
        find_source(str(source), tmp_path)


def test_train__goes_on_without_its_source(source, human, tmp_path, monkeypatch):
    folder = shutil.copytree(source, tmp_path / "source")
    config = tuned(folder, {"train": ["heads", "pointwise"]}, steps=4)
    train({}, config, human, tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _kill_at(patch, 3)
        train({}, config, human, tmp_path / "cut")
    shutil.rmtree(folder)
    train({}, config, human, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")
    other = save_model(folder, {"human": 7}, seed=9)
    with pytest.raises(ConfigError, match=r"train\.finetune was .* and is now"):
        train(
            {}, tuned(other, {"train": ["heads", "pointwise"]}, steps=5), human, tmp_path / "cut", resume=True
        )


def test_train__a_checkpoint_before_the_first_update_is_enough(source, human, tmp_path, caplog):
    folder = shutil.copytree(source, tmp_path / "source")
    train({}, tuned(folder, steps=2), human, tmp_path / "whole")
    train({}, tuned(folder, steps=2, max_minutes=1e-9), human, tmp_path / "cut")
    assert checkpoint_steps(tmp_path / "cut") == [0]
    shutil.rmtree(folder)
    with caplog.at_level(logging.INFO):
        train({}, tuned(folder, steps=2), human, tmp_path / "cut", resume=True)
    assert "goes on from step 0" in caplog.text
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")


def test_train__killed_before_a_checkpoint_it_needs_its_source(source, human, tmp_path, monkeypatch):
    folder = shutil.copytree(source, tmp_path / "source")
    config = tuned(folder, steps=3)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _kill_at(patch, 1)
        train({}, config, human, tmp_path / "cut")
    shutil.rmtree(folder)
    with pytest.raises(MissingInputError, match=r"source.*no such file. Give a saved model's folder"):
        train({}, config, human, tmp_path / "cut", resume=True)


def test_train__killed_before_a_checkpoint_it_begins_at_the_run_again(source, human, tmp_path, monkeypatch):
    run = tmp_path / "source"
    shutil.copytree(source, run / "model")
    config = tuned(run, steps=3)
    train({}, config, human, tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _kill_at(patch, 1)
        train({}, config, human, tmp_path / "cut")
    train({}, config, human, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")
