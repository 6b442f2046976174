import json
import logging
from dataclasses import replace

import pytest
import torch
from tests.train.toy import settings

from senformer.core.errors import ConfigError, DataError, MissingInputError, OutputError
from senformer.train.checkpoint import (
    MODEL,
    OPTIMIZER,
    State,
    checkpoint_path,
    checkpoint_steps,
    save_checkpoint,
)
from senformer.train.folder import (
    begin_run,
    find_state,
    forget_unbegun,
    note_resume,
    read_record,
    refuse_used,
    require_folder,
    sweep,
)
from senformer.train.settings import settings_hash

SETTINGS = {"train.seed": 1, "train.loss": "poisson"}


def _begin(out, human=None):
    return begin_run(out, SETTINGS, settings(), human or {}, {"train": {"steps": 6}})


def _save(out, step, key=None, **changes):
    state = State(step=step, settings=key or settings_hash(SETTINGS), **changes)
    save_checkpoint(out, state, {MODEL: {"w": torch.ones(3) * step}, OPTIMIZER: {}})


def test_begin_run__record(tmp_path, human):
    state = _begin(tmp_path / "run", human)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (record["command"], record["seed"], record["resumed"]) == ("train", 1, [])
    assert record["settings"] == SETTINGS
    assert record["config"] == {"train": {"steps": 6}}
    assert len(record["inputs"]["human"]["sha256"]) == 64
    assert state == State(step=0, settings=settings_hash(SETTINGS))


def test_begin_run__used_folder_refused(tmp_path):
    _begin(tmp_path)
    with pytest.raises(OutputError) as caught:
        _begin(tmp_path)
    assert caught.value.code == "E804"
    assert "the output folder holds a run" in str(caught.value)
    assert "Add --resume to go on with it" in str(caught.value)


def test_refuse_used__other_content(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(OutputError, match="the output folder exists"):
        refuse_used(tmp_path)


def test_begin_run__leftovers_of_a_kill_are_cleared(tmp_path):
    (tmp_path / ".partial-77-run.json").write_text("{")
    _begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_require_folder__misspelt_path_named(tmp_path):
    with pytest.raises(MissingInputError, match=r"rnu: there is no run to resume\. Start it"):
        require_folder(tmp_path / "rnu")


def test_find_state__other_content_named(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(MissingInputError, match=r"is no run to resume \(no run.json\)"):
        find_state(tmp_path, SETTINGS, settings())


def test_find_state__killed_before_it_began(tmp_path, caplog):
    (tmp_path / ".partial-77-run.json").write_text("{")
    with caplog.at_level(logging.INFO):
        assert find_state(tmp_path, SETTINGS, settings()) == (None, None)
    assert "the run had not begun" in caplog.text


def test_find_state__killed_before_the_first_checkpoint(tmp_path):
    state = _begin(tmp_path)
    assert find_state(tmp_path, SETTINGS, settings()) == (state, None)


def test_find_state__newest_checkpoint(tmp_path):
    _begin(tmp_path)
    for step in (2, 4):
        _save(tmp_path, step)
    assert find_state(tmp_path, SETTINGS, settings())[0].step == 4


def test_find_state__other_settings_named(tmp_path):
    _begin(tmp_path)
    with pytest.raises(ConfigError) as caught:
        find_state(tmp_path, SETTINGS | {"train.seed": 2}, settings())
    assert "train.seed was 1 and is now 2" in str(caught.value)
    assert caught.value.exit_code == 78


def test_find_state__foreign_checkpoint_named(tmp_path):
    _begin(tmp_path)
    _save(tmp_path, 4, key="other")
    with pytest.raises(ConfigError, match="step 4: the checkpoint belongs to a run of other settings"):
        find_state(tmp_path, SETTINGS, settings())


def test_find_state__beyond_the_steps(tmp_path):
    _begin(tmp_path)
    _save(tmp_path, 8)
    with pytest.raises(ConfigError, match="the newest checkpoint is at step 8, steps is 6"):
        find_state(tmp_path, SETTINGS, settings())


@pytest.mark.parametrize(
    ("step", "changes", "is_done"),
    [
        (6, {}, True),  # all steps done
        (6, {"steps": 7}, False),  # more steps asked for
        (4, {}, False),  # a time limit ended it; there is none now
        (4, {"max_minutes": 1.0}, True),  # 90 s were used of 60
        (4, {"max_minutes": 2.0}, False),  # 90 s of 120
    ],
)
def test_find_state__finished_or_taken_up(tmp_path, step, changes, is_done):
    _begin(tmp_path)
    _save(tmp_path, step, seconds=90.0)
    (tmp_path / "DONE.json").write_text(f'{{"steps": 4, "exported_step": {step}}}')
    assert (find_state(tmp_path, SETTINGS, settings(**changes))[1] is not None) == is_done


def test_find_state__finished_with_other_weights_than_asked_for(tmp_path, caplog):
    _begin(tmp_path)
    for step in (2, 6):
        _save(tmp_path, step, best={"step": 2, "valid_pearson": 0.5})
    (tmp_path / "DONE.json").write_text('{"steps": 6, "exported_step": 2}')
    assert find_state(tmp_path, SETTINGS, settings())[1] is not None
    with caplog.at_level(logging.INFO):
        state, done = find_state(tmp_path, SETTINGS, settings(export="last"))
    assert (state.step, done) == (6, None)
    assert "model holds step 2; step 6 is exported now" in caplog.text


def test_find_state__run_that_is_older_than_a_key(tmp_path):
    _begin(tmp_path)
    _save(tmp_path, 2)
    younger = SETTINGS | {"train.assay_weights": {}}
    assert find_state(tmp_path, younger, settings())[0].step == 2


def test_find_state__checkpoint_taken_away_by_a_killed_replacement(tmp_path):
    _begin(tmp_path)
    _save(tmp_path, 2)
    path = checkpoint_path(tmp_path, 2)
    path.rename(path.with_name(f".old-77-{path.name}"))
    assert find_state(tmp_path, SETTINGS, settings())[0].step == 2


def test_find_state__damaged_best_is_forgotten_aloud(tmp_path, caplog):
    _begin(tmp_path)
    best = {"step": 2, "valid_pearson": 0.5}
    for step in (2, 4):
        _save(tmp_path, step, best=best)
    assert find_state(tmp_path, SETTINGS, settings())[0].best == best
    path = checkpoint_path(tmp_path, 2) / MODEL
    path.write_bytes(path.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        assert find_state(tmp_path, SETTINGS, settings())[0].best is None
    assert "step_0000002/model.safetensors: is damaged" in caplog.text


def test_find_state__all_damaged(tmp_path):
    _begin(tmp_path)
    _save(tmp_path, 2)
    (checkpoint_path(tmp_path, 2) / MODEL).unlink()
    with pytest.raises(DataError, match="every checkpoint is damaged"):
        find_state(tmp_path, SETTINGS, settings())


def test_note_resume__void_files_go_and_the_record_grows(tmp_path):
    state = _begin(tmp_path)
    for name in ("DONE.json", "failed_batch.json"):
        (tmp_path / name).write_text("{}")
    for _ in range(2):
        note_resume(tmp_path, state, {"train": {"steps": 7}})
    record = read_record(tmp_path / "run.json")
    assert [(entry["step"], entry["config"]) for entry in record["resumed"]] == [
        (0, {"train": {"steps": 7}})
    ] * 2
    assert record["config"] == {"train": {"steps": 6}}
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_note_resume__later_checkpoints_go(tmp_path):
    state = _begin(tmp_path)
    for step in (2, 4):
        _save(tmp_path, step)
    note_resume(tmp_path, replace(state, step=2), {})
    assert checkpoint_steps(tmp_path) == [2]


def test_sweep__only_leftovers(tmp_path):
    _save(tmp_path, 2)
    (tmp_path / "checkpoints" / ".partial-3-step_0000004").mkdir()
    (tmp_path / "checkpoints" / ".old-3-step_0000002").mkdir()
    sweep(tmp_path)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step_0000002"]


def test_read_record__absent(tmp_path):
    assert read_record(tmp_path / "x.json") is None


def _begun(out):
    out.mkdir()
    for name in ("run.json", "metrics.jsonl"):
        (out / name).touch()
    return out


def test_forget_unbegun__faulty_data_leave_nothing(tmp_path):
    out = _begun(tmp_path / "run")
    with pytest.raises(DataError, match="damaged"), forget_unbegun(out):
        raise DataError("E412", "data", "is damaged")
    assert list(out.iterdir()) == []


def test_forget_unbegun__a_batch_to_look_at_is_kept(tmp_path):
    out = _begun(tmp_path / "run")
    (out / "failed_batch.json").touch()
    with pytest.raises(DataError, match="not finite"), forget_unbegun(out):
        raise DataError("E604", "step 1", "not finite")
    assert len(list(out.iterdir())) == 3
