import json

import numpy as np
import pytest
import torch
from tests.train.finetune.toy import save_model, tuned
from tests.train.test_loop import Killed, _kill_at
from tests.train.toy import MODEL, WINDOW_BP, fingerprint, open_world, settings

from senformer.core.errors import ConfigError
from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.model import load_model
from senformer.train import train
from senformer.train.batches import make_batches
from senformer.train.distill.teacher import make_teacher
from senformer.train.export import track_card
from senformer.train.plan import make_plan

CPU = torch.device("cpu")
UNDROPPED = dict.fromkeys(("dropout", "attention_dropout", "position_dropout", "pointwise_dropout"), 0.0)


@pytest.fixture(scope="module")
def human(world):
    return open_world(world, "human")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("teacher") / "model", {"human": 7})


def sparse(source, **changes):
    """Return the settings of a run that teaches the source's weights under sparser attention."""
    return tuned(source, **({"distill": {}, "learning_rate": 1e-2} | changes))


def taught(config, section, datasets):
    plan = make_plan(section, config, datasets)
    batch = make_batches(datasets, plan, config)["human"].batch(3)
    return batch, make_teacher(config, plan, datasets, CPU).teach("human", batch)


def test_teach__the_teachers_own_window(source, human):
    batch, found = taught(sparse(source), {}, human)
    model = load_model(source).eval()
    with torch.no_grad():
        expected = model(torch.as_tensor(batch.sequence), heads=["human"])["human"]
    np.testing.assert_allclose(found.targets, expected.numpy(), rtol=1e-4, atol=1e-9)
    assert found.sequence is batch.sequence


def test_teach__a_longer_window_bin_by_bin(source, human):
    batch, found = taught(sparse(source, window_bp=3 * WINDOW_BP), {}, human)
    model, n_bins = load_model(source).eval(), 3 * WINDOW_BP // 128 - 6
    assert found.targets.shape == (2, n_bins, 7)
    codes = torch.as_tensor(batch.sequence)
    for bin_ in range(n_bins):
        first = min(bin_ // 10 * 10, n_bins - 10)
        window = codes[:, first * 128 : first * 128 + WINDOW_BP]
        with torch.no_grad():
            expected = model(window, heads=["human"])["human"][:, bin_ - first]
        np.testing.assert_allclose(found.targets[:, bin_], expected.numpy(), rtol=1e-4, atol=1e-9)


def test_train__a_student_that_is_its_teacher_has_nothing_to_learn(source, human, tmp_path):
    config = tuned(source, {"frozen_norms": True}, distill={}, steps=1)
    train(UNDROPPED, config, human, tmp_path)
    first = json.loads((tmp_path / "metrics.jsonl").read_text().splitlines()[0])
    assert first["gradient_norm"] < 1e-4


def test_train__labels_are_not_looked_at(source, human, tmp_path, monkeypatch):
    def train_into(out):
        config = sparse(source, validate_every_steps=3, validate_windows=2)
        train({"attention": {"kind": "bigbird", "block_bins": 2}}, config, human, out)
        return fingerprint(out)["model/model.safetensors"], (out / "metrics.jsonl").read_text()

    plain, kind = train_into(tmp_path / "a"), type(human["human"])
    read = kind.targets
    monkeypatch.setattr(kind, "targets", lambda *given, **more: np.full_like(read(*given, **more), 7.0))
    assert train_into(tmp_path / "b") == plain


def test_train__windows_of_a_genome_do_as_well(human, world, source, tmp_path):
    """A dataset without measurements gives the very run that one with them gives."""
    teacher = load_model(source)
    teacher.card.heads = {"human": [track_card(track) for track in human["human"].tracks]}
    teacher.save(tmp_path / "teacher")
    section = human["human"].config.model_dump(exclude={"tracks"}, exclude_unset=True)
    genome = {"genome": str(world / "world" / "genome.fa.gz"), "tracks_from": str(tmp_path / "teacher")}
    build(DatasetConfig(**{**section, **genome}), tmp_path / "genome")
    config = sparse(tmp_path / "teacher", validate_every_steps=3, validate_windows=2)
    for name, dataset in (("a", human["human"]), ("b", open_dataset(tmp_path / "genome"))):
        train(
            {"attention": {"kind": "bigbird", "block_bins": 2}}, config, {"human": dataset}, tmp_path / name
        )
    one, other = (fingerprint(tmp_path / name) for name in "ab")
    assert {**one, "model/card.json": ""} == {**other, "model/card.json": ""}
    cards = [load_model(tmp_path / name / "model").card for name in "ab"]
    assert cards[0].heads == cards[1].heads
    assert cards[0].training["intervals"] == cards[1].training["intervals"]


def test_train__without_a_teacher_nothing_measured_is_refused(source, human, world, tmp_path):
    genome = {"genome": str(world / "world" / "genome.fa.gz"), "tracks_from": str(source)}
    geometry = {"window_bp": WINDOW_BP, "crop_bins": 3, "split": {"valid": ["chr2"]}}
    build(DatasetConfig(organism="human", **geometry, **genome), tmp_path / "genome")
    datasets = {"human": open_dataset(tmp_path / "genome")}
    with pytest.raises(ConfigError, match=r"holds no measurements.*Name a teacher: train.distill"):
        train(MODEL, settings(), datasets, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_train__the_teacher_stays_as_it_is_and_the_records_tell_it(source, human, tmp_path):
    before = load_model(source).state_dict()
    train({}, sparse(source), human, tmp_path)
    after = load_model(source).state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["settings"]["train.distill"] == {"teacher": load_model(source).card.sha256}


def test_train__weights_that_it_begins_at_stay_where_training_leads_away(
    source, human, tmp_path, monkeypatch
):
    config = tuned(source, distill={}, learning_rate=0.5, validate_every_steps=2, validate_windows=2)
    section = {"attention": {"kind": "bigbird", "block_bins": 2}}
    done = train(section, config, human, tmp_path / "whole")
    lines = [json.loads(line) for line in (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()]
    valid = {line["step"]: line["valid_pearson"] for line in lines if "valid_pearson" in line}
    assert list(valid) == [0, 2, 4, 6]
    assert valid[0] > max(valid[step] for step in (2, 4, 6))
    assert (done["best"]["step"], done["exported_step"]) == (0, 0)
    begun, found = load_model(source).state_dict(), load_model(tmp_path / "whole" / "model").state_dict()
    assert all(torch.equal(found[key], begun[key]) for key in begun)
    _kill_at(monkeypatch, 1)
    with pytest.raises(Killed):
        train(section, config, human, tmp_path / "cut")
    monkeypatch.undo()
    train(section, config, human, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")


@pytest.mark.slow
def test_train__drift_from_another_teacher_falls(source, human, tmp_path):
    """A student comes nearer to a model of other weights on windows that training did not see."""
    other = save_model(tmp_path / "other", {"human": 7}, seed=9)
    config = tuned(
        source, distill={"teacher": str(other)}, steps=60, learning_rate=3e-3, validate_every_steps=20
    )
    train(UNDROPPED, config, human, tmp_path / "run")
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    losses = [line["valid_loss"] for line in lines if "valid_loss" in line]
    assert losses[-1] < losses[1] < losses[0] - 1


def test_train__killed_and_resumed_byte_for_byte(source, human, tmp_path, monkeypatch):
    config = sparse(source, steps=5)
    train({}, config, human, tmp_path / "whole")
    _kill_at(monkeypatch, 4)
    with pytest.raises(Killed):
        train({}, config, human, tmp_path / "cut")
    monkeypatch.undo()
    train({}, config, human, tmp_path / "cut", resume=True)
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")


def test_train__resumed_under_another_teacher_is_refused(source, human, tmp_path):
    other = save_model(tmp_path / "other", {"human": 7}, seed=9)
    train({}, sparse(source, steps=2), human, tmp_path / "run")
    config = sparse(source, steps=4, distill={"teacher": str(other)})
    with pytest.raises(ConfigError, match=r"train.distill was"):
        train({}, config, human, tmp_path / "run", resume=True)


def test_make_teacher__what_cannot_teach(source, human, world):
    plan = make_plan(MODEL, settings(), human)
    with pytest.raises(ConfigError, match=r"names no teacher. Give teacher: PATH"):
        make_teacher(settings(distill={}), plan, human, CPU)
    config = settings(distill={"teacher": str(source)}, window_bp=WINDOW_BP // 2)
    with pytest.raises(ConfigError, match="reach beyond a window of 1,024 bp"):
        make_teacher(config, make_plan(MODEL, config, human), human, CPU)
    fine = open_world(world, "fine")
    config = settings(distill={"teacher": str(source)})
    with pytest.raises(ConfigError, match="has no head 'fine'; it has: "):
        make_teacher(config, make_plan(MODEL, config, fine), fine, CPU)
    assert make_teacher(settings(), plan, human, CPU) is None


def test_make_teacher__other_tracks_are_named_as_the_teachers(human, tmp_path):
    other = save_model(tmp_path / "three", {"human": 3})
    config = settings(distill={"teacher": str(other)})
    with pytest.raises(ConfigError) as caught:
        make_teacher(config, make_plan(MODEL, config, human), human, CPU)
    assert f"train.distill.teacher: {other}: predicts 3 tracks, the dataset 7. Name a" in str(caught.value)
    assert "heads: new" not in str(caught.value)


@pytest.mark.parametrize(
    ("activation", "loss", "found"),
    [
        ("linear", "binary_cross_entropy", "linear; the binary_cross_entropy loss needs labels, 0 to 1"),
        ("softplus", "binary_cross_entropy", "softplus; the binary_cross_entropy loss needs labels, 0 to 1"),
        ("linear", "poisson", "linear; the poisson loss needs counts, 0 or more"),
        ("linear", "mse", None),
        ("softplus", "poisson_multinomial", None),
    ],
)
def test_make_teacher__predictions_that_are_none_of_the_loss(human, tmp_path, activation, loss, found):
    """Log odds are no labels, and values of either sign no counts."""
    other = save_model(tmp_path / "model", {"human": 7}, activation=activation)
    config = settings(distill={"teacher": str(other)}, loss=loss)
    plan = make_plan(MODEL, config, human)
    if found is None:
        assert make_teacher(config, plan, human, CPU) is not None
        return
    with pytest.raises(ConfigError, match="Take loss: mse, or a teacher under activation: ") as caught:
        make_teacher(config, plan, human, CPU)
    assert f"train.distill: {other}: its predictions are {found}. Take" in str(caught.value)
