import copy
import json

import pandas as pd
import pytest

from senformer.core.errors import ConfigError, DataError
from senformer.evaluate.checks import check_match, choose_head, in_folds_of_run, overlaps_training
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
