import json

import pytest
import torch
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from tests.train.toy import MODEL, settings

import senformer
from senformer.dataset import build_dataset, open_dataset
from senformer.model import create_model
from senformer.train.batches import make_batches
from senformer.train.checkpoint import MODEL as WEIGHTS
from senformer.train.checkpoint import OPTIMIZER, State, save_checkpoint
from senformer.train.export import (
    describe_dataset,
    export_model,
    exported_step,
    track_card,
    training_intervals,
)
from senformer.train.plan import make_plan
from senformer.train.settings import FREE

BEST = {"step": 4, "valid_pearson": 0.5}


@pytest.mark.parametrize(
    ("best", "export", "step"), [(None, None, 6), (BEST, None, 4), (BEST, "best", 4), (BEST, "last", 6)]
)
def test_exported_step__choice(best, export, step):
    config = settings(export=export, validate_every_steps=2)
    assert exported_step(State(step=6, settings="s", best=best), config) == step


def test_export_model__strands_are_those_of_the_training(human, tmp_path):
    config = settings(reverse_complement=False)
    plan = make_plan(MODEL, config, human)
    model = create_model(plan.name, **plan.overrides)
    save_checkpoint(tmp_path, State(step=6, settings="abc"), {WEIGHTS: model.state_dict(), OPTIMIZER: {}})
    batches = make_batches(human, plan, config)
    export_model(model, tmp_path, State(step=6, settings="abc"), config, batches)
    assert senformer.load_model(tmp_path / "model").card.strands == "forward"


def test_export_model__folder_and_card(human, tmp_path):
    config = settings(max_shift_bp=0)
    plan = make_plan(MODEL, config, human)
    with torch.random.fork_rng():
        model = create_model(plan.name, **plan.overrides)
    with torch.no_grad():
        model.heads["human"].bias.fill_(0.25)
    state = State(step=6, settings="abc")
    save_checkpoint(tmp_path, state, {WEIGHTS: model.state_dict(), OPTIMIZER: {}})
    with torch.no_grad():
        model.heads["human"].bias.fill_(9.0)
    batches = make_batches(human, plan, config)
    done = export_model(model, tmp_path, state, config, batches)
    loaded = senformer.load_model(tmp_path / "model")
    assert done["exported_step"] == 6
    assert done["model_sha256"] == loaded.card.sha256
    assert loaded.heads["human"].bias.unique().item() == 0.25
    tracks = human["human"].tracks
    assert [entry["name"] for entry in loaded.card.heads["human"]] == [track.name for track in tracks]
    assert [entry["strand_pair"] for entry in loaded.card.heads["human"]] == [t.strand_pair for t in tracks]
    assert loaded.card.heads["human"][0] == track_card(tracks[0])
    assert loaded.card.heads["human"][0]["target_order"] == "senformer"
    assert loaded.card.strands == "both"
    training = loaded.card.training
    assert (training["steps"], training["seed"], training["settings"]) == (6, 1, "abc")
    assert training["intervals"]["human"] == training_intervals(batches["human"])
    assert len(training["datasets"]["human"]["sha256"]) == 64
    assert training["config"] == config.model_dump(mode="json", exclude=set(FREE))


def test_export_model__best_without_a_score_is_said(human, tmp_path, caplog):
    config = settings(validate_every_steps=5, export="best")
    model, state = create_model(**MODEL), State(step=1, settings="s")
    save_checkpoint(tmp_path, state, {WEIGHTS: model.state_dict(), OPTIMIZER: {}})
    assert export_model(model, tmp_path, state, config, {})["exported_step"] == 1
    assert "no validation has a score, so the last weights are exported" in caplog.text


def test_training_intervals__union_of_the_train_windows(human):
    config = settings()
    batches = make_batches(human, make_plan(MODEL, config, human), config)["human"]
    found = training_intervals(batches)
    assert json.loads(json.dumps(found)) == found
    assert {chrom for chrom, _, _ in found} == {"chr1"}
    assert sum(end - start for _, start, end in found) <= human["human"].chrom_sizes["chr1"]
    for window in batches.windows:
        assert any(start <= window.start and window.end <= end for _, start, end in found)


def test_training_intervals__of_imported_records_are_the_true_ones(tmp_path):
    from tests.dataset.tfrecord.sets import write_set

    from senformer.dataset import TrainBatches, open_dataset
    from senformer.dataset.tfrecord.build import import_tfrecords

    toy = write_set(tmp_path / "set")
    import_tfrecords(toy.config(), tmp_path / "d")
    found = training_intervals(TrainBatches(open_dataset(tmp_path / "d"), "train", batch_size=2, seed=1))
    assert found == [list(place) for place in toy.places["train"]]


def test_describe_dataset__how_the_sequences_of_a_table_lie(human, tmp_path):
    config = toy_config(write_table(tmp_path / "toy.tsv", toy_rows()), pad="left", flanks={"right": "ACG"})
    build_dataset(config, tmp_path / "table")
    told = describe_dataset(open_dataset(tmp_path / "table"))
    assert told["laid"] == {"pad": "left", "flanks": {"left": "", "right": "ACG"}}
    assert set(describe_dataset(human["human"])) == {"organism", "sha256"}
