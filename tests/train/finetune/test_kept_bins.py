import logging
import os
import signal

import pytest
import torch
from tests.train.finetune.toy import tuned
from tests.train.test_loop import Killed, _kill_at
from tests.train.toy import fingerprint

from senformer.core.errors import ConfigError, Stopped
from senformer.model import create_model, load_model
from senformer.train import run as run_module
from senformer.train import train
from senformer.train.finetune import kept_bins as kept_module
from senformer.train.finetune.freezing import Freezing
from senformer.train.finetune.kept_bins import KeptBins, is_frozen, kept_bins

AFTER = ["transformer", "pointwise", "heads"]
# Where nothing before the transformer trains at first, and all does later.
STAGED = {"stages": [{"from_step": 0, "train": AFTER}, {"from_step": 4, "train": "all"}]}
STILL = {"max_shift_bp": 0}
LARGE, TINY = 1.0, 1e-9


def _frozen(source, **finetuning):
    config = tuned(source, {"train": AFTER, **finetuning}).finetune
    model = load_model(source).train()
    Freezing(model, config).begin(1)
    return model


def _codes(*seeds, n_bases=2048):
    draw = [torch.Generator().manual_seed(seed) for seed in seeds]
    return torch.stack([torch.randint(0, 4, (n_bases,), dtype=torch.uint8, generator=g) for g in draw])


def test_kept_bins__same_values_and_each_sequence_once(source):
    model = _frozen(source)
    plain = model.bins(_codes(1, 2, 3))
    with kept_bins(model, LARGE):
        first = model.bins(_codes(1, 2))
        again = model.bins({"sequence": _codes(3, 2, 1)})
        assert model.bins.n_computed == 3
        assert torch.equal(again[1:], first.flip(0))
        torch.testing.assert_close(again, plain.flip(0), rtol=1e-4, atol=1e-5)
        assert not again.requires_grad
    assert model.bins.__func__ is type(model).bins


def test_kept_bins__nothing_is_kept_while_something_before_the_transformer_trains(source):
    model = _frozen(source)
    with kept_bins(model, LARGE):
        model.bins(_codes(1))
        model.tower[0].conv.bias.requires_grad_(True)
        assert model.bins(_codes(1)).requires_grad
        with torch.no_grad():
            model.tower[0].conv.bias.add_(1.0)
        model.bins(_codes(1))
        model.tower[0].conv.bias.requires_grad_(False)
        kept = model.bins(_codes(1))
        assert model.bins.n_computed == 2
    torch.testing.assert_close(kept, model.bins(_codes(1)).detach(), rtol=1e-5, atol=1e-6)


def test_kept_bins__other_precision_is_other_values(source):
    model = _frozen(source)
    with kept_bins(model, LARGE):
        plain = model.bins(_codes(1))
        with torch.autocast("cpu", torch.bfloat16):
            rounded = model.bins(_codes(1))
        assert model.bins.n_computed == 2
    assert not torch.equal(plain, rounded)


def test_kept_bins__a_full_memory_is_told_once(source, caplog):
    model = _frozen(source)
    one = model.bins(_codes(1))
    keep = KeptBins(model, one.numel() * one.element_size())
    with caplog.at_level(logging.INFO, logger=kept_module.__name__):
        for _ in range(2):
            keep(_codes(1, 2, 3))
    assert keep.n_computed == 5
    told = [record.message for record in caplog.records if record.name == kept_module.__name__]
    assert told == ["keep_gib is full: bins of 1 sequences are kept, others run each time"]


def test_is_frozen__statistics_that_run_are_a_change(source):
    assert is_frozen(_frozen(source))
    assert not is_frozen(_frozen(source, frozen_norms=False))
    assert not is_frozen(_frozen(source, train=[*AFTER, "tower.1.conv"]))


def _trained(source, human, out, keep_gib, finetuning, **changes):
    settings = tuned(source, {**finetuning, "keep_gib": keep_gib}, **{**STILL, "steps": 8, **changes})
    train({}, settings, human, out)
    return fingerprint(out)


@pytest.mark.parametrize("finetuning", [{"train": AFTER}, STAGED], ids=["frozen", "staged"])
def test_train__how_much_is_kept_changes_no_byte(source, human, tmp_path, finetuning):
    ample = _trained(source, human, tmp_path / "ample", LARGE, finetuning)
    assert _trained(source, human, tmp_path / "scarce", TINY, finetuning) == ample


def test_train__kept_bins_train_as_those_made_each_time(source, human, tmp_path):
    config = {"train": AFTER}
    _trained(source, human, tmp_path / "kept", LARGE, config)
    train({}, tuned(source, config, **STILL, steps=8), human, tmp_path / "made")
    kept, made = (load_model(tmp_path / name / "model").state_dict() for name in ("kept", "made"))
    # Adam divides by small gradients: rounding is larger after it.
    for name, tensor in kept.items():
        torch.testing.assert_close(tensor, made[name], rtol=1e-3, atol=1e-5)


def test_train__a_windows_two_strands_are_computed_once(source, human, tmp_path, monkeypatch):
    seen = []
    real = kept_module.KeptBins._row
    monkeypatch.setattr(
        kept_module.KeptBins, "_row", lambda self, row: (seen.append(self), real(self, row))[1]
    )
    _trained(source, human, tmp_path, LARGE, {"train": AFTER}, steps=60)
    assert len(seen) == 2 * 60
    n_windows = (human["human"].windows["split"] == "train").sum()
    assert seen[0].n_computed <= 2 * n_windows < len(seen)


def test_train__killed_and_resumed(source, human, tmp_path, monkeypatch):
    whole = _trained(source, human, tmp_path / "whole", LARGE, STAGED)
    config = tuned(source, {**STAGED, "keep_gib": LARGE}, **STILL, steps=8)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _kill_at(patch, 4)
        train({}, config, human, tmp_path / "run")
    other = tuned(source, {**STAGED, "keep_gib": TINY}, **STILL, steps=8)
    train({}, other, human, tmp_path / "run", resume=True)
    assert fingerprint(tmp_path / "run") == whole


@pytest.mark.parametrize(
    ("finetuning", "found"),
    [({}, "stem.conv.bias trains"), ({"train": AFTER, "frozen_norms": False}, "frozen_norms is false")],
)
def test_refuse_idle_keeping__names_what_changes(source, human, tmp_path, finetuning, found):
    with pytest.raises(ConfigError, match=f"no effect where something before the transformer .*: {found}"):
        _trained(source, human, tmp_path / "run", LARGE, finetuning)
    assert not (tmp_path / "run").exists()


def test_train__a_validation_that_was_put_off_is_done_in_its_own_stage(source, human, tmp_path, monkeypatch):
    config = tuned(
        source, {**STAGED, "keep_gib": LARGE}, **STILL, steps=8, validate_every_steps=3, validate_windows=2
    )
    real, frozen = run_module.validate, []

    def stopped(*given):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(*given)

    def seen(engine, *given):
        frozen.append(is_frozen(engine.model))
        return real(engine, *given)

    with monkeypatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(run_module, "validate", stopped)
        train({}, config, human, tmp_path)
    monkeypatch.setattr(run_module, "validate", seen)
    train({}, config, human, tmp_path, resume=True)
    # After the updates 3, 6 and 8; all trains from the fifth on.
    assert frozen == [True, False, False]


def test_kept_bins__a_model_without_a_transformer_has_none():
    with torch.device("meta"):
        model = create_model("deepstarr")
    with (
        pytest.raises(ConfigError, match="keep_gib: needs a model with a transformer, deepstarr has none"),
        kept_bins(model, 1.0),
    ):
        pass
    with kept_bins(model, None):
        assert not hasattr(model, "bins")
