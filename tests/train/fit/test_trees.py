import json

import numpy as np
import pytest
import torch
import yaml
from tests.train.fit.bank import bank_section, starts_dataset

from senformer.classical.trees import TreesConfig, fit_trees
from senformer.core.errors import DataError
from senformer.model import load_model
from senformer.train import TrainConfig
from senformer.train.fit import trees as module
from senformer.train.fit.trees import prepare_trees
from senformer.train.plan import make_plan
from senformer.workflow.train import train_from_file

TRAIN = {"rounds": 12, "learning_rate": 0.3, "l2": 1.0}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return starts_dataset(tmp_path_factory.mktemp("data"))


def prepared(dataset, folder, **changes):
    section = bank_section("mentr", folder)
    plan = make_plan(section, TrainConfig(steps=1), {"toy": dataset})
    return prepare_trees(plan, section, dataset, TreesConfig(**{**TRAIN, **changes}))


def test_prepare_trees__draws_the_rows_that_stop_it(dataset, tmp_path):
    outcome = prepared(dataset, tmp_path).run(tmp_path / "r")
    # A fifth of 48 train rows.
    assert outcome.facts == {"n_valid": 10}
    assert outcome.lines == [{"track": "label", "n_trees": len(outcome.model.heads["toy"].values[0])}]
    other = prepared(dataset, tmp_path, seed=5).run(tmp_path / "s")
    assert not torch.equal(other.model.heads["toy"].knots, outcome.model.heads["toy"].knots)


def test_prepare_trees__draws_as_many_as_asked(dataset, tmp_path):
    assert prepared(dataset, tmp_path, valid_fraction=0.5).run(tmp_path / "r").facts == {"n_valid": 24}


def test_prepare_trees__takes_the_valid_split(tmp_path):
    dataset = starts_dataset(tmp_path, split={"by": "identity", "fractions": {"valid": 0.25, "test": 0.25}})
    counts = dataset.windows["split"].value_counts()
    work = prepared(dataset, tmp_path)
    assert len(work.windows) == counts["train"]
    assert work.run(tmp_path / "r").facts == {"n_valid": counts["valid"]}


def test_prepare_trees__labels_alone(tmp_path):
    dataset = starts_dataset(tmp_path, values=["other"])
    with pytest.raises(DataError, match="labels are 0 and 1, both of them"):
        prepared(dataset, tmp_path)


def test_train__a_killed_fit_keeps_features_and_tracks(dataset, tmp_path, monkeypatch):
    section = bank_section("mentr", tmp_path)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({"model": section, "train": TRAIN}))
    whole = train_from_file(tmp_path / "c.yaml", [dataset.path], tmp_path / "whole")
    lines = [json.loads(line) for line in (tmp_path / "whole/metrics.jsonl").read_text().splitlines()]
    assert lines[0]["track"] == "label"

    def stops(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "fit_trees", stops)
    with pytest.raises(KeyboardInterrupt):
        train_from_file(tmp_path / "c.yaml", [dataset.path], tmp_path / "r")
    monkeypatch.setattr(module, "fit_trees", fit_trees)
    monkeypatch.setattr("senformer.train.fit.features._compute", lambda *_: pytest.fail("computed again"))
    done = train_from_file(tmp_path / "c.yaml", [dataset.path], tmp_path / "r", resume=True)
    assert done["model_sha256"] == whole["model_sha256"]
    model = load_model(tmp_path / "r/model", verify=True)
    assert np.isfinite(model.heads["toy"].values.numpy()).all()
