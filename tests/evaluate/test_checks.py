import copy
import json

import numpy as np
import pandas as pd
import pytest

from senformer.core.errors import ConfigError, DataError
from senformer.core.provenance import describe_input
from senformer.dataset import build_dataset, open_dataset, parse_dataset
from senformer.evaluate.checks import (
    check_match,
    choose_head,
    in_folds_of_run,
    overlaps_training,
    shares_training_rows,
)
from senformer.predict.source import load_run_model


@pytest.fixture
def model(toy_run):
    return load_run_model(toy_run)


def test_check_match__the_tracks_trained_on(model, toy_dataset):
    check_match(model, "toy", toy_dataset)


def test_check_match__first_other_name(model, toy_dataset):
    model.card.heads["toy"][2]["name"] = "mouse liver"
    with pytest.raises(DataError, match="track 2 is 'minus' in the dataset and 'mouse liver' in the model"):
        check_match(model, "toy", toy_dataset)


def test_check_match__other_number_of_tracks(model, toy_dataset):
    model.config.heads["toy"] = 7
    with pytest.raises(DataError, match="the dataset has 5 tracks, the model 7"):
        check_match(model, "toy", toy_dataset)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("scale", 3.0, r"'plus' has scale 2.0 in the dataset, 3.0 in the model"),
        ("clip_soft", None, r"'plus' has clip_soft 30.0 in the dataset, None in the model"),
        ("sum_stat", "mean", r"'plus' has sum_stat sum in the dataset, mean in the model"),
        (
            "target_order",
            "basenji_2020",
            "'plus' has target_order senformer in the dataset, basenji_2020 in the model",
        ),
    ],
)
def test_check_match__other_scaling(model, toy_dataset, key, value, text):
    model.card.heads["toy"][0][key] = value
    with pytest.raises(DataError, match=text):
        check_match(model, "toy", toy_dataset)


def test_check_match__other_bins(model, toy_dataset):
    other = copy.copy(toy_dataset)
    other.bin_bp = 128
    with pytest.raises(DataError, match="the dataset's bins have 128 bp, the model's 4"):
        check_match(model, "toy", other)


def test_choose_head__the_organism_unless_another_is_asked_for(model, toy_dataset):
    model.config.heads["fly"] = 2
    assert choose_head(model, toy_dataset, None) == "toy"
    assert choose_head(model, toy_dataset, "fly") == "fly"
    del model.config.heads["toy"]
    assert choose_head(model, toy_dataset, None) == "fly"
    model.config.heads["worm"] = 3
    with pytest.raises(ConfigError, match="has several heads; it has: fly, worm"):
        choose_head(model, toy_dataset, None)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(700, 800, False), (699, 700, True), (0, 10, True), (650, 900, True)],
)
def test_overlaps_training__one_shared_base_is_enough(model, start, end, expected):
    windows = pd.DataFrame({"chrom": ["chr2", "chr1"], "start": [0, start], "end": [900, end]})
    assert overlaps_training(model, "toy", windows) is expected


def test_overlaps_training__unknown_where_the_card_is_silent(model):
    windows = pd.DataFrame({"chrom": ["chr1"], "start": [0], "end": [64]})
    assert overlaps_training(model, "other", windows) is None
    model.card.training = {}
    assert overlaps_training(model, "toy", windows) is None


def test_in_folds_of_run__those_that_the_run_trained_with(toy_run, toy_dataset, tmp_path):
    assert in_folds_of_run(toy_dataset, tmp_path) is toy_dataset
    assert in_folds_of_run(toy_dataset, toy_run) is toy_dataset
    record = {"config": {"train": {"folds": {"test": 1, "valid": None}}}}
    (tmp_path / "run.json").write_text(json.dumps(record))
    other = copy.copy(toy_dataset)
    other.split_regions = toy_dataset.split_regions.assign(
        fold=[f"fold{n}" for n in range(len(toy_dataset.split_regions))]
    )
    other.windows = toy_dataset.windows.assign(fold="fold1")
    assert set(in_folds_of_run(other, tmp_path).windows["split"]) == {"test"}


@pytest.fixture(scope="module")
def table_of_places(tmp_path_factory):
    """Return the folder of a table whose rows 0 (train) and 1 (test) overlap, and no sequence is twice."""
    folder = tmp_path_factory.mktemp("places")
    bases = "".join(np.random.default_rng(5).choice(list("ACGT"), 400))
    (folder / "g.fa").write_text(f">chr1\n{bases}\n")
    rows = [("train", 40), ("test", 50), ("train", 150), ("valid", 200), ("test", 300)]
    lines = [f"{split}\tchr1\t{start}\t{start + 20}\t0.5\n" for split, start in rows]
    (folder / "t.tsv").write_text("split\tchrom\tstart\tend\ty\n" + "".join(lines))
    return folder


@pytest.mark.parametrize(
    ("leaks", "expected"),
    [
        ("report", {"train": True, "valid": False, "test": True}),
        ("drop", {"train": True, "valid": False, "test": False}),
    ],
)
def test_shares_training_rows__windows_that_overlap(model, table_of_places, tmp_path, leaks, expected):
    values = {
        "kind": "table",
        "rows": str(table_of_places / "t.tsv"),
        "genome": str(table_of_places / "g.fa"),
    }
    values |= {"locus": {name: name for name in ("chrom", "start", "end")}, "values": ["y"], "window_bp": 32}
    values |= {"split": {"by": "column", "column": "split"}, "leaks": leaks}
    found = build_dataset(parse_dataset(values, "places"), tmp_path / "d")
    assert (found["leaks"]["train+test"], found["overlaps"]["train+test"]) == (0, 2)
    dataset = open_dataset(tmp_path / "d")
    model.card.training = {"datasets": {"toy": describe_input(dataset.path)}}
    assert {split: shares_training_rows(model, "toy", dataset, split) for split in expected} == expected
    model.card.training["datasets"]["toy"]["sha256"] = "0" * 64
    assert shares_training_rows(model, "toy", dataset, "test") is None
