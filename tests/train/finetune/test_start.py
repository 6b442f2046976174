import json

import pytest
import torch
from tests.train.finetune.toy import save_model, tuned
from tests.train.test_loop import Killed, _kill_at
from tests.train.toy import WINDOW_BP, fingerprint

from senformer.core.errors import ConfigError
from senformer.model import load_model
from senformer.train import train
from senformer.train.checkpoint import load_tensors
from senformer.train.plan import make_plan


def test_make_plan__of_a_source(source, both):
    plan = make_plan({}, tuned(source), both)
    assert plan.start is not None
    assert (plan.start.kept, plan.start.new) == (["human"], ["mouse"])
    assert plan.overrides["heads"] == {"human": 7, "mouse": 7}
    assert (plan.window_bp, plan.overrides["window_bp"], plan.overrides["channels"]) == (
        WINDOW_BP,
        WINDOW_BP,
        16,
    )
    heads = {"kept": ["human"], "new": ["mouse"], "dropped": ["frog"]}
    facts = plan.start.facts
    assert (facts["model"], facts["sha256"], facts["heads"]) == ("senformer", plan.start.source.sha256, heads)
    # Seven tracks of mouse come for two of frog; each has 32 weights and a bias.
    n_trained = plan.start.source.card.parameters + (7 - 2) * 33
    assert facts["stages"] == [{"from_step": 0, "n_trained": n_trained}]


def test_make_plan__longer_window_keeps_the_basis_of_the_source(source, human):
    plan = make_plan({}, tuned(source, window_bp=2 * WINDOW_BP), human)
    assert (plan.overrides["window_bp"], plan.overrides["position_bins"]) == (2 * WINDOW_BP, 16)


def test_make_plan__another_bin_is_refused(source, world):
    from tests.train.toy import open_world

    with pytest.raises(ConfigError, match="the bin is 128 bp in the model section and 64 bp in the data"):
        make_plan({}, tuned(source), open_world(world, "fine"))


def test_train__without_updates_to_speak_of_the_weights_are_the_sources(source, human, tmp_path):
    config = tuned(source, steps=1, learning_rate=1e-12, warmup_steps=0)
    train({}, config, human, tmp_path)
    saved, found = load_model(source).state_dict(), load_model(tmp_path / "model").state_dict()
    assert set(saved) - set(found) == {"heads.frog.weight", "heads.frog.bias"}
    for key, tensor in found.items():
        if "running" not in key:
            torch.testing.assert_close(tensor, saved[key], atol=1e-9, rtol=0)


def test_train__records_tell_the_source(source, human, tmp_path):
    train({}, tuned(source, steps=1), human, tmp_path)
    record = json.loads((tmp_path / "run.json").read_text())
    sha256 = load_model(source).card.sha256
    assert record["finetune"]["sha256"] == record["inputs"]["finetune.from"]["sha256"] == sha256
    assert record["settings"]["train.finetune"]["from"] == sha256
    card = load_model(tmp_path / "model").card
    assert card.training["source"]["sha256"] == card.training["config"]["finetune"]["from"] == sha256


def test_train__source_may_move_but_not_change(source, human, tmp_path):
    train({}, tuned(source, steps=1), human, tmp_path / "run")
    moved = tmp_path / "moved"
    moved.symlink_to(source)
    train({}, tuned(moved, steps=2), human, tmp_path / "run", resume=True)
    train({}, tuned(source, steps=2), human, tmp_path / "whole")
    assert fingerprint(tmp_path / "run") == fingerprint(tmp_path / "whole")
    other = save_model(tmp_path / "other", {"human": 7}, seed=9)
    with pytest.raises(ConfigError, match=r"train\.finetune was .* and is now"):
        train({}, tuned(other, steps=3), human, tmp_path / "run", resume=True)


ADAPTERS = {"attention": {"rank": 2}, "convolution": {"rank": 2, "targets": ["tower.5"]}}


def test_train__adapters_begin_at_the_source_and_end_as_plain_weights(source, human, tmp_path):
    config = tuned(source, {"adapters": ADAPTERS}, steps=2, warmup_steps=0, learning_rate=0.01)
    train({}, config, human, tmp_path)
    saved, found = load_model(source).state_dict(), load_model(tmp_path / "model", verify=True).state_dict()
    changed = {key for key, tensor in found.items() if not torch.equal(tensor, saved[key])}
    layers = ["transformer.0.attention.query", "transformer.0.attention.value", "tower.5.conv"]
    heads = {"heads.human.weight", "heads.human.bias"}
    assert changed == {f"{layer}.weight" for layer in layers} | heads
    names = load_tensors(tmp_path, 2, "model.safetensors")
    assert f"{layers[0]}.parametrizations.weight.0.up" in names
    assert torch.equal(names[f"{layers[0]}.parametrizations.weight.original"], saved[f"{layers[0]}.weight"])
    state = load_tensors(tmp_path, 2, "optimizer.safetensors")
    assert {key.partition(".")[2] for key in state} == heads | {
        f"{layer}.parametrizations.weight.0.{part}" for layer in layers for part in ("down", "up")
    }


def test_train__adapters_broken_off_and_resumed(source, human, tmp_path, monkeypatch):
    config = tuned(source, {"adapters": ADAPTERS}, steps=4)
    train({}, config, human, tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _kill_at(patch, 4)
        train({}, config, human, tmp_path / "cut")
    train({}, config, human, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")


def test_make_plan__weights_with_an_adapter_cannot_train(source, human):
    part = "transformer.0.attention.query"
    with pytest.raises(ConfigError, match=f"write 'adapters.{part}'") as fault:
        make_plan({}, tuned(source, {"adapters": ADAPTERS, "train": ["heads", part]}), human)
    assert fault.value.code == "E636"


def test_start__whether_bins_are_kept_is_of_the_settings_and_how_many_is_not(source, human):
    """Sequences then run one by one, which changes the last digits: no run goes on without it."""

    def found(**keeping):
        return make_plan({}, tuned(source, {"train": "heads", **keeping}), human).start.settings

    assert found(keep_gib=1.0) == found(keep_gib=2.0) == {**found(), "keeps_bins": True}
