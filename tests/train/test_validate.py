import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.train.engine import tiny_engine
from tests.train.toy import MODEL, settings

from senformer.core.errors import ConfigError, DataError, DeviceError
from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.dataset.batch import eval_batches
from senformer.dataset.loader import eval_windows
from senformer.train.batches import make_batches
from senformer.train.export import training_intervals
from senformer.train.plan import make_plan
from senformer.train.team import Team
from senformer.train.validate import make_validation_sets, validate


def _sets(datasets, **changes):
    config = settings(validate_every_steps=2, **changes)
    return config, make_validation_sets(datasets, make_plan(MODEL, config, datasets), config)


def test_make_validation_sets__off_without_interval(human):
    config = settings()
    assert make_validation_sets(human, make_plan(MODEL, config, human), config) == {}


def test_make_validation_sets__spread_evenly(human):
    windows = eval_windows(human["human"], "valid")
    _, sets = _sets(human, validate_windows=3)
    rows = [0, round((len(windows) - 1) / 2), len(windows) - 1]
    assert sets["human"].windows["start"].tolist() == windows["start"].iloc[rows].tolist()
    assert set(sets["human"].windows["split"]) == {"valid"}


def test_make_validation_sets__more_wanted_than_there_are(human):
    _, sets = _sets(human, validate_windows=10_000)
    assert len(sets["human"].windows) == len(eval_windows(human["human"], "valid"))


def test_make_validation_sets__no_window_named(human):
    with pytest.raises(ConfigError) as caught:
        _sets(human, window_bp=131_072)
    assert "split 'valid' has no window of 131072 bp, but validate_every_steps is set" in str(caught.value)


def test_validate__equals_one_pass_over_everything(human):
    config, sets = _sets(human)
    with tiny_engine(config, human) as engine:
        found = validate(engine, sets, lambda: False)["human"]
        model = engine.model.eval()
        batch = next(eval_batches(human["human"], sets["human"].windows, 3, 10_000))
        with torch.no_grad():
            prediction = model(torch.as_tensor(batch.sequence))["human"].numpy().astype(float)
    target = batch.targets.astype(float)
    assert found["n_windows"] == len(target)
    wanted = np.nanmean(prediction - target * np.log(prediction + 1e-7))
    assert found["valid_loss"] == pytest.approx(wanted, rel=1e-5)
    by_track = [
        np.corrcoef(prediction[..., track].ravel(), target[..., track].ravel())[0, 1]
        for track in range(target.shape[-1])
    ]
    assert found["valid_pearson"] == pytest.approx(np.nanmean(by_track), abs=1e-5)


def test_validate__correlates_predictions_where_the_loss_reads_log_odds(human):
    config, sets = _sets(human, loss="binary_cross_entropy")
    with tiny_engine(config, human) as engine:
        found = validate(engine, sets, lambda: False)["human"]
        batch = next(eval_batches(human["human"], sets["human"].windows, 3, 10_000))
        with torch.no_grad():
            odds = engine.model.eval()(torch.as_tensor(batch.sequence), linear=True)["human"]
            predicted = engine.model.activate(odds).numpy().reshape(-1, odds.shape[-1])
    targets = batch.targets.reshape(predicted.shape)
    by_track = [np.corrcoef(x, y)[0, 1] for x, y in zip(predicted.T, targets.T, strict=True)]
    assert found["valid_pearson"] == pytest.approx(np.nanmean(by_track), abs=1e-5)
    columns = odds.numpy().reshape(predicted.shape).T
    by_odds = [np.corrcoef(x, y)[0, 1] for x, y in zip(columns, targets.T, strict=True)]
    assert abs(found["valid_pearson"] - np.nanmean(by_odds)) > 1e-4
    loss = engine.loss_of("human", odds, torch.as_tensor(batch.targets), batch)
    assert found["valid_loss"] == pytest.approx(float(loss), rel=1e-5)


def test_validate__leaves_mode_and_random_state(human):
    config, sets = _sets(human, validate_windows=1)
    with tiny_engine(config, human) as engine:
        engine.model.train()
        state = torch.random.get_rng_state()
        tensors = {key: value.clone() for key, value in engine.model.state_dict().items()}
        validate(engine, sets, lambda: False)
        assert engine.model.training
        assert torch.equal(torch.random.get_rng_state(), state)
        for key, value in engine.model.state_dict().items():
            assert torch.equal(value, tensors[key]), key


def test_validate__is_of_the_averaged_weights(human):
    config, sets = _sets(human, validate_windows=2, ema=0.9)
    with tiny_engine(config, human) as engine:
        for tensor in engine.average.tensors.values():
            tensor.mul_(0.5)
        found = validate(engine, sets, lambda: False)
        own = replace(engine, average=None)
        assert validate(own, sets, lambda: False)["human"]["valid_loss"] != found["human"]["valid_loss"]
        with engine.average.in_place():
            assert validate(own, sets, lambda: False) == found


def test_validate__cut_short_counts_for_nothing(human):
    config, sets = _sets(human)
    answers = iter([False, False, True])
    with tiny_engine(config, human) as engine:
        assert validate(engine, sets, lambda: next(answers)) is None
        assert engine.model.training


@pytest.mark.parametrize(("value", "loss"), [(math.nan, "nan"), (math.inf, "")])
def test_validate__not_finite_names_the_windows(human, value, loss):
    config, sets = _sets(human, validate_windows=1)
    with tiny_engine(config, human) as engine:
        head = engine.model.heads["human"]
        head.register_forward_hook(lambda module, inputs, output: torch.full_like(output, value))
        with pytest.raises(
            DataError, match=r"human windows chr2:\d+-\d+.*a prediction is not finite"
        ) as caught:
            validate(engine, sets, lambda: False)
    assert caught.value.code == "E617"
    assert f"(loss {loss}" in str(caught.value)


class Beside(Team):
    """The first of two processes: the second one's predictions are not finite."""

    def highest(self, *values):
        return [1 for _ in values]

    def gather(self, value):
        told, _, _ = value
        return [value, (told.replace("process 0", "process 1"), math.nan, True)]


def test_validate__not_finite_in_another_process_is_raised_alike(human):
    config, sets = _sets(human, validate_windows=2)
    with tiny_engine(config, human) as engine:
        shared = replace(engine, team=Beside(0, 2))
        with pytest.raises(DataError) as caught:
            validate(shared, sets, lambda: False)
    assert caught.value.code == "E617"
    assert re.fullmatch(r"validation, process 1: human windows chr2:\d+-\d+ \(0-based\)", caught.value.where)
    assert caught.value.found == "a prediction is not finite (loss nan)"


def test_validate__out_of_memory_named(human):
    def fail(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    config, sets = _sets(human, validate_windows=1)
    with tiny_engine(config, human) as engine:
        engine.model.heads["human"].register_forward_hook(fail)
        with pytest.raises(DeviceError, match="batches of 1 windows of 2,048 bp do not fit") as caught:
            validate(engine, sets, lambda: False)
    assert caught.value.code == "E612"


def test_validate__padded_windows_count_where_they_are_measured(world, tmp_path):
    known = DatasetConfig(**open_dataset(world / "human").config.model_dump())
    paths = {"genome": str(world / "world" / "genome.fa.gz"), "tracks": str(world / "world" / "tracks.tsv")}
    build(known.model_copy(update={**paths, "edges": "pad", "max_n_fraction": 0.9}), tmp_path / "padded")
    data = {"human": open_dataset(tmp_path / "padded")}
    config, sets = _sets(data)
    windows = sets["human"].windows
    assert (windows["start"].min(), windows["end"].max() > data["human"].chrom_sizes["chr2"]) == (-384, True)
    with tiny_engine(config, data) as engine:
        found = validate(engine, sets, lambda: False)["human"]
        batch = next(eval_batches(data["human"], windows, 3, 10_000))
        with torch.no_grad():
            prediction = engine.model.eval()(torch.as_tensor(batch.sequence))["human"].numpy().astype(float)
    target = batch.targets.astype(float)
    assert np.isnan(target[-1, -1]).all()
    assert found["valid_loss"] == pytest.approx(
        np.nanmean(prediction - target * np.log(prediction + 1e-7)), rel=1e-5
    )
    trained = training_intervals(make_batches(data, make_plan(MODEL, config, data), config)["human"])
    assert trained == [["chr1", 0, data["human"].chrom_sizes["chr1"]]]


@pytest.mark.parametrize("loss", ["poisson", "poisson_multinomial"])
def test_validate__loss_does_not_depend_on_how_windows_are_batched(human, loss, monkeypatch):
    read = type(human["human"]).targets

    def masked(dataset, chrom, first, last):
        # Every other window lacks half of its bins, and one track.
        values = read(dataset, chrom, first, last)
        if first % 2:
            values[: len(values) // 2] = np.nan
            values[:, 0] = np.nan
        return values

    monkeypatch.setattr(type(human["human"]), "targets", masked)
    found = []
    for batch_size in (1, 3, 8):
        config, sets = _sets(human, loss=loss, batch_size=batch_size, validate_windows=7)
        with tiny_engine(config, human) as engine:
            found.append(validate(engine, sets, lambda: False)["human"]["valid_loss"])
    assert found == pytest.approx([found[0]] * 3, rel=1e-5)
