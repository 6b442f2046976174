import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.train.together import assert_same_curve, assert_same_weights, do
from tests.train.toy import MODEL, fingerprint, open_world, settings
from tests.train.two import short_run

import senformer
from senformer.core.errors import ConfigError, DataError, LockedError, MissingInputError, OutputError, Stopped
from senformer.core.lock import folder_lock
from senformer.train import loop as loop_module
from senformer.train import run as run_module
from senformer.train import train
from senformer.train.checkpoint import checkpoint_path


@pytest.fixture(scope="module")
def finished(world, tmp_path_factory):
    """Return the folder of an uninterrupted run of the default settings, and what ``train`` answered."""
    out = tmp_path_factory.mktemp("whole") / "run"
    return out, train(MODEL, settings(), open_world(world, "human"), out)


@pytest.fixture(scope="module")
def whole(finished):
    """Return what an uninterrupted run of the default settings leaves."""
    return fingerprint(finished[0])


def _unlike(whole, out):
    return [name for name, digest in fingerprint(out).items() if digest != whole[name]]


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


def _kill_at(monkeypatch, step):
    real = run_module.take_step

    def take(engine, number, batches, factor):
        if number == step:
            raise Killed
        return real(engine, number, batches, factor)

    monkeypatch.setattr(run_module, "take_step", take)


def _broken(monkeypatch, step, datasets, out, config):
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _kill_at(patch, step)
        train(MODEL, config, datasets, out)


def test_train__folder_of_a_run(finished):
    out, done = finished
    names = {"run.json", "metrics.jsonl", "timings.jsonl", "checkpoints", "model", "DONE.json"}
    assert {path.name for path in out.iterdir()} == names
    assert json.loads((out / "DONE.json").read_text()) == done
    assert (done["steps"], done["stopped_by"], done["exported_step"], done["best"]) == (6, "steps", 6, None)
    record = json.loads((out / "run.json").read_text())
    assert record["config"] == {"model": MODEL, "train": settings().model_dump(mode="json")}
    model = senformer.load_model(out / "model", verify=True)
    assert model.card.training["steps"] == 6


def test_train__same_settings_same_bytes(tmp_path, human, whole):
    train(MODEL, settings(), human, tmp_path)
    assert _unlike(whole, tmp_path) == []


def test_train__seed_decides(tmp_path, human, whole):
    train(MODEL, settings(seed=2), human, tmp_path)
    assert len(_unlike(whole, tmp_path)) == 3


BREAKS = [(3, 2), *(pytest.param(*case, marks=pytest.mark.slow) for case in ((1, 0), (2, 0), (6, 4)))]


@pytest.mark.parametrize(("step", "resumed_at"), BREAKS)
def test_train__broken_off_and_resumed(tmp_path, human, monkeypatch, whole, step, resumed_at):
    _broken(monkeypatch, step, human, tmp_path, settings())
    train(MODEL, settings(), human, tmp_path, resume=True)
    assert _unlike(whole, tmp_path) == []
    resumed = json.loads((tmp_path / "run.json").read_text())["resumed"]
    assert [entry["step"] for entry in resumed] == [resumed_at]


def test_train__a_signal_while_it_is_prepared(tmp_path, human, monkeypatch, whole):
    real = loop_module.make_job

    def interrupted(*given):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(*given)

    with monkeypatch.context() as patch, pytest.raises(Stopped, match="stopped by a signal after step 0"):
        patch.setattr(loop_module, "make_job", interrupted)
        train(MODEL, settings(), human, tmp_path)
    train(MODEL, settings(), human, tmp_path, resume=True)
    assert _unlike(whole, tmp_path) == []


def test_train__broken_off_with_two_organisms_and_validation(tmp_path, both, monkeypatch):
    config = settings(steps=4, validate_every_steps=2, validate_windows=1)
    train(MODEL, config, both, tmp_path / "whole")
    _broken(monkeypatch, 4, both, tmp_path / "cut", config)
    train(MODEL, config, both, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")


@pytest.mark.slow
def test_train__order_of_the_datasets_does_not_count(tmp_path, both, monkeypatch):
    train(MODEL, settings(), both, tmp_path / "whole")
    _broken(monkeypatch, 4, both, tmp_path / "cut", settings())
    train(MODEL, settings(), dict(reversed(both.items())), tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")
    train(MODEL, settings(), dict(reversed(both.items())), tmp_path / "other")
    assert fingerprint(tmp_path / "other") == fingerprint(tmp_path / "whole")


@pytest.mark.slow
def test_train__free_settings_may_change_on_resume(tmp_path, human, monkeypatch, whole):
    _broken(monkeypatch, 4, human, tmp_path, settings())
    changed = settings(checkpoint_every_steps=3, keep_checkpoints=1, log_every_steps=5, max_minutes=9.0)
    train(MODEL, changed, human, tmp_path, resume=True)
    assert _unlike(whole, tmp_path) == []


def test_train__damaged_checkpoint_falls_back(tmp_path, human, monkeypatch, caplog, whole):
    out = tmp_path
    _broken(monkeypatch, 6, human, out, settings())
    path = checkpoint_path(out, 4) / "optimizer.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with caplog.at_level(logging.INFO):
        train(MODEL, settings(), human, out, resume=True)
    assert "step_0000004/optimizer.safetensors: is damaged" in caplog.text
    assert "goes on from step 2" in caplog.text
    assert _unlike(whole, out) == []


def test_train__finished_run_says_so(tmp_path, human, caplog):
    done = train(MODEL, settings(steps=2), human, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    with caplog.at_level(logging.INFO):
        assert train(MODEL, settings(steps=2), human, tmp_path, resume=True) == done
    assert "is finished: 2 steps, ended by steps" in caplog.text
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_train__killed_while_exporting(tmp_path, human, monkeypatch, whole):
    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("senformer.train.loop.export_model", killed)
        train(MODEL, settings(), human, tmp_path)
    train(MODEL, settings(), human, tmp_path, resume=True)
    assert _unlike(whole, tmp_path) == []


def test_train__more_steps_under_a_constant_rate(tmp_path, human, whole):
    train(MODEL, settings(steps=3), human, tmp_path)
    train(MODEL, settings(steps=6), human, tmp_path, resume=True)
    assert _unlike(whole, tmp_path) == []


def test_train__more_steps_under_a_cosine_refused(tmp_path, human):
    train(MODEL, settings(steps=1, warmup_steps=0, schedule="cosine"), human, tmp_path)
    with pytest.raises(ConfigError, match=r"train\.steps was 1 and is now 6"):
        train(MODEL, settings(steps=6, warmup_steps=0, schedule="cosine"), human, tmp_path, resume=True)


def test_train__time_limit_then_a_larger_one(tmp_path, human, monkeypatch, whole):
    out = tmp_path
    with monkeypatch.context() as patch:
        patch.setattr(run_module.Run, "_is_out_of_time", lambda run: run.state.step == 3)
        done = train(MODEL, settings(max_minutes=1e-6), human, out)
    assert (done["steps"], done["stopped_by"]) == (3, "max_minutes")
    assert senformer.load_model(out / "model").card.training["steps"] == 3
    again = train(MODEL, settings(max_minutes=1e-6), human, out, resume=True)
    assert again == done
    assert train(MODEL, settings(max_minutes=9.0), human, out, resume=True)["stopped_by"] == "steps"
    assert _unlike(whole, out) == []


def test_train__validation_at_a_time_limit_leaves_no_trace_when_the_run_goes_on(tmp_path, human, monkeypatch):
    how = {"validate_every_steps": 2, "checkpoint_every_steps": 100, "keep_checkpoints": 1}
    with monkeypatch.context() as patch:
        _scored(patch, 0.5, 0.3, 0.2)
        train(MODEL, settings(**how), human, tmp_path / "whole")
    _scored(monkeypatch, 0.5, 0.9, 0.3, 0.2)
    out = tmp_path / "cut"
    with monkeypatch.context() as patch:
        patch.setattr(run_module.Run, "_is_out_of_time", lambda run: run.state.step == 3)
        done = train(MODEL, settings(max_minutes=1e-6, **how), human, out)
    assert (done["steps"], done["exported_step"]) == (3, 3)
    assert '"step": 3, "organism": "human", "valid_loss"' in (out / "metrics.jsonl").read_text()
    assert train(MODEL, settings(max_minutes=1e-6, **how), human, out, resume=True) == done
    done = train(MODEL, settings(**how), human, out, resume=True)
    assert (done["steps"], done["exported_step"], done["best"]["valid_pearson"]) == (6, 2, 0.5)
    assert fingerprint(out) == fingerprint(tmp_path / "whole")


@pytest.mark.slow
def test_train__best_or_last_is_exported(tmp_path, human, monkeypatch):
    scores = iter([0.1, 0.9, 0.3] * 2)

    def fake(engine, sets, is_stopped):
        return {"human": {"valid_loss": 1.0, "valid_pearson": next(scores), "n_windows": 1}}

    monkeypatch.setattr(run_module, "validate", fake)
    best = train(MODEL, settings(validate_every_steps=2), human, tmp_path / "best")
    last = train(MODEL, settings(validate_every_steps=2, export="last"), human, tmp_path / "last")
    assert (best["exported_step"], last["exported_step"]) == (4, 6)
    assert best["best"] == last["best"] == {"step": 4, "valid_pearson": 0.9}
    assert best["model_sha256"] != last["model_sha256"]
    assert senformer.load_model(tmp_path / "best" / "model").card.training["steps"] == 4


def test_train__finished_run_is_exported_anew(tmp_path, human, monkeypatch):
    scores = iter([0.1, 0.9, 0.3])

    def fake(engine, sets, is_stopped):
        return {"human": {"valid_loss": 1.0, "valid_pearson": next(scores), "n_windows": 1}}

    monkeypatch.setattr(run_module, "validate", fake)
    best = train(MODEL, settings(validate_every_steps=2), human, tmp_path)
    changed = settings(validate_every_steps=2, export="last")
    last = train(MODEL, changed, human, tmp_path, resume=True)
    assert (best["exported_step"], last["exported_step"]) == (4, 6)
    assert senformer.load_model(tmp_path / "model").card.training["steps"] == 6
    assert train(MODEL, changed, human, tmp_path, resume=True) == last
    back = train(MODEL, settings(validate_every_steps=2), human, tmp_path, resume=True)
    assert back["model_sha256"] == best["model_sha256"]


def test_train__existing_folder_refused(tmp_path, human):
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(OutputError) as caught:
        train(MODEL, settings(), human, tmp_path)
    assert caught.value.code == "E804"
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]


def test_train__resume_without_a_run(tmp_path, human):
    with pytest.raises(MissingInputError, match="there is no run to resume"):
        train(MODEL, settings(), human, tmp_path / "none", resume=True)
    assert not (tmp_path / "none").exists()


def test_train__resume_before_it_began_begins(tmp_path, human):
    (tmp_path / ".partial-7-run.json").write_text("{")
    assert train(MODEL, settings(steps=2), human, tmp_path, resume=True)["steps"] == 2


@pytest.mark.parametrize(
    ("section", "changes", "text"),
    [
        (MODEL | {"chanels": 3}, {}, "unknown key 'chanels'"),
        (MODEL, {"loss": "poison"}, "no loss is called 'poison'. Did you mean 'poisson'?"),
        (MODEL, {"schedule": "cosin"}, "no schedule is called 'cosin'. Did you mean 'cosine'?"),
        (MODEL, {"window_bp": 131_072}, "has no window of 131072 bp: the dataset"),
    ],
)
def test_train__bad_input_leaves_nothing(tmp_path, human, section, changes, text):
    with pytest.raises((ConfigError, DataError)) as caught:
        train(section, settings(**changes), human, tmp_path / "run")
    assert text in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_train__other_dataset_refused(tmp_path, human, world):
    train(MODEL, settings(steps=1), human, tmp_path)
    other = open_world(world, "fine")["fine"]
    with pytest.raises(ConfigError, match=r"(model|dataset)\..* was .* and is now"):
        train(MODEL, settings(steps=1), {"human": other}, tmp_path, resume=True)


def test_train__locked_folder_refused(tmp_path, human):
    with folder_lock(tmp_path), pytest.raises(LockedError, match=f"process {os.getpid()} on "):
        train(MODEL, settings(), human, tmp_path)


@pytest.mark.slow
def test_train__learns(tmp_path, human):
    config = settings(steps=60, batch_size=4, learning_rate=3e-3, log_every_steps=60)
    train(MODEL, config, human, tmp_path)
    losses = [json.loads(line)["loss"] for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert np.mean(losses[-10:]) < np.mean(losses[:10])


def _forked(*arguments):
    """Run ``tests.train.forked`` and return what it reports."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.train.forked", *map(str, arguments)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_train__killed_at_random_moments(world, tmp_path, workers):
    """Killed again and again, the run ends in the same bytes as the one that was let alone."""
    found = _forked("random", world, tmp_path, workers)
    assert found["kills"] >= 8
    assert found["leftovers"] == []
    assert found["cut"] == found["whole"]


@pytest.mark.slow
def test_train__killed_under_recipes_drawn_at_random(world, tmp_path):
    """Ten recipes, two kills each, resumed under other numbers of workers: not a byte is different."""
    found = _forked("options", world, tmp_path, 2)
    assert found["kills"] >= 15
    assert found["different"] == []
    assert {"steps", "early_stop"} <= set(found["ended_by"])


RECIPES = [
    {"optimizer": "sgd", "optimizer_options": {"momentum": 0.9, "dampening": 0.5}, "clip": "per_tensor"},
    {
        "optimizer": "adamw",
        "weight_decay": 0.1,
        "optimizer_options": {"bias_correction": "shared"},
        "ema": 0.9,
        "rates": {"stem": 0.0},
    },
    {"organisms": "joint", "accumulate": 2, "schedule": "plateau", "schedule_options": {"patience": 1}},
]


@pytest.mark.parametrize("recipe", RECIPES)
def test_train__broken_off_under_a_recipe(tmp_path, both, monkeypatch, recipe):
    config = settings(steps=5, validate_every_steps=1, validate_windows=1, **recipe)
    train(MODEL, config, both, tmp_path / "whole")
    _broken(monkeypatch, 4, both, tmp_path / "cut", config)
    train(MODEL, config, both, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")


def _scored(monkeypatch, *scores):
    """Let validations find these values of valid_pearson, one after the other."""
    left = iter(scores)

    def fake(engine, sets, is_stopped):
        return {"human": {"valid_loss": 1.0, "valid_pearson": next(left), "n_windows": 1}}

    monkeypatch.setattr(run_module, "validate", fake)


def test_train__stops_early_and_goes_on_under_more_patience(tmp_path, human, monkeypatch):
    _scored(monkeypatch, 0.3, 0.2, 0.1, 0.4, 0.5, 0.6)
    config = settings(validate_every_steps=1, stop={"patience": 2})
    done = train(MODEL, config, human, tmp_path)
    assert (done["stopped_by"], done["steps"], done["exported_step"]) == ("early_stop", 3, 1)
    assert train(MODEL, config, human, tmp_path, resume=True) == done
    more = settings(validate_every_steps=1, stop={"patience": 3})
    done = train(MODEL, more, human, tmp_path, resume=True)
    assert (done["stopped_by"], done["steps"], done["exported_step"]) == ("steps", 6, 6)


def test_train__plateau_lowers_the_rate(tmp_path, human, monkeypatch):
    _scored(monkeypatch, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1)
    options = {"patience": 2, "factor": 0.1}
    config = settings(
        validate_every_steps=1,
        warmup_steps=0,
        schedule="plateau",
        schedule_options=options,
        learning_rate=1e-3,
    )
    train(MODEL, config, human, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    rates = [line["learning_rate"] for line in lines if "learning_rate" in line]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-3, 1e-4, 1e-4, 1e-5])


def test_train__a_plateau_binds_when_validation_runs(tmp_path, human):
    config = settings(steps=1, validate_every_steps=1, validate_windows=1, schedule="plateau")
    train(MODEL, config, human, tmp_path)
    changed = config.model_copy(update={"validate_every_steps": 2, "steps": 2})
    with pytest.raises(ConfigError, match=r"train\.validate_every_steps was 1 and is now 2"):
        train(MODEL, changed, human, tmp_path, resume=True)


def test_train__averaged_weights_are_exported_and_kept(tmp_path, human):
    config = settings(steps=3, warmup_steps=0, learning_rate=1e-2, ema=0.9)
    train(MODEL, config, human, tmp_path)
    folder = checkpoint_path(tmp_path, 3)
    average, weights = (load_file(folder / f"{name}.safetensors") for name in ("average", "model"))
    exported = senformer.load_model(tmp_path / "model").state_dict()
    assert all(torch.equal(exported[name], tensor) for name, tensor in average.items())
    buffers = {name for name in weights if name not in average}
    assert all(torch.equal(exported[name], weights[name]) for name in buffers)
    assert not torch.equal(weights["heads.human.bias"], average["heads.human.bias"])


def test_train__weights_of_examples_are_part_of_the_settings(tmp_path, human):
    windows = human["human"].windows
    path = tmp_path / "w.tsv"
    rows = windows.assign(weight=1.0)[["chrom", "start", "end", "weight"]]
    rows.to_csv(path, sep="\t", index=False)
    config = settings(steps=1, example_weights={"human": str(path)})
    train(MODEL, config, human, tmp_path / "run")
    rows.assign(weight=2.0).to_csv(path, sep="\t", index=False)
    with pytest.raises(ConfigError, match=r"train\.example_weights was .* and is now"):
        train(MODEL, config.model_copy(update={"steps": 2}), human, tmp_path / "run", resume=True)


@pytest.mark.slow
def test_train__killed_at_every_write(world, tmp_path):
    """A kill right before the nth flush or rename of any file, for every n, and one resume after it."""
    found = _forked("writes", world, tmp_path, 0)
    assert found["points"] >= 30
    assert found["different"] == []


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_train__signals_to_the_whole_group(world, tmp_path, workers):
    """SIGTERM, SIGUSR1 and SIGINT to every process of the run, as a scheduler or a terminal sends them."""
    found = _forked("signals", world, tmp_path, workers)
    assert found["codes"] == [143, 143, 130]
    assert max(found["seconds"]) < 20
    assert found["cut"] == [found["whole"]] * 3


def test_train__stopped_in_process_then_resumed(tmp_path, human, monkeypatch, whole):
    real = run_module.take_step

    def interrupted(engine, step, batches, factor):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(engine, step, batches, factor)

    with monkeypatch.context() as patch, pytest.raises(Stopped) as caught:
        patch.setattr(run_module, "take_step", interrupted)
        train(MODEL, settings(), human, tmp_path)
    assert caught.value.exit_code == 143
    train(MODEL, settings(), human, tmp_path, resume=True)
    assert _unlike(whole, tmp_path) == []


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_train__broken_off_and_resumed_on_a_gpu(tmp_path, human, monkeypatch, precision):
    config = settings(device="cuda", precision=precision)
    train(MODEL, config, human, tmp_path / "whole")
    _broken(monkeypatch, 4, human, tmp_path / "cut", config)
    train(MODEL, config, human, tmp_path / "cut", resume=True)
    losses = [
        [json.loads(line)["loss"] for line in (tmp_path / name / "metrics.jsonl").read_text().splitlines()]
        for name in ("whole", "cut")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_train__two_processes_as_one(two_at_work, tmp_path, way):
    (tmp_path / "world").symlink_to(two_at_work / "world")
    do(short_run(tmp_path, "alone"))
    assert_same_curve(two_at_work / way, tmp_path / "alone")
    assert_same_weights(two_at_work / way, tmp_path / "alone")
    record = json.loads((two_at_work / way / "run.json").read_text())
    assert record["processes"] == 2
