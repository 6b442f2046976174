"""The plan of an import: labels to splits, packs, and the header."""

import pytest
from tests.dataset.tfrecord.sets import ToySet

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.tfrecord.config import SplitLabels
from senformer.dataset.tfrecord.plan import make_import_plan, split_of_labels


def test_split_of_labels__the_rest_trains() -> None:
    labels = ["fold0", "fold1", "fold2", "fold0"]
    splits = SplitLabels(valid=["fold2"], test=["fold1"])
    assert split_of_labels(splits, labels) == {"fold0": "train", "fold1": "test", "fold2": "valid"}
    named = SplitLabels(valid=["fold2"], test=[], train=["fold1"])
    assert split_of_labels(named, labels) == {"fold0": None, "fold1": "train", "fold2": "valid"}


def test_split_of_labels__a_label_in_two_splits() -> None:
    with pytest.raises(ConfigError, match=r"splits.test: label 'fold1' is in 'valid' too"):
        split_of_labels(SplitLabels(valid=["fold1"], test=["fold1"]), ["fold1"])


def test_make_import_plan__one_array_a_file_and_no_path_in_the_header(toy_set: ToySet) -> None:
    plan = make_import_plan(toy_set.config())
    assert {name: len(contigs) for name, contigs in plan.packs.items()} == {
        "train-0": 2,
        "train-1": 2,
        "train-2": 1,
        "valid-0": 2,
        "test-0": 1,
    }
    assert set(plan.chrom_sizes.values()) == {160}
    assert str(toy_set.folder) not in str(plan.header)
    assert set(plan.header["inputs"]) >= {"statistics.json", "sequences.bed", "records test-1"}
    assert plan.store_config.split.valid == plan.packs["valid-0"]


def test_make_import_plan__nothing_left(toy_set: ToySet) -> None:
    splits = {"train": [], "valid": [], "test": []}
    with pytest.raises(DataError, match=r"no record is left to store \(in_no_split 8\)"):
        make_import_plan(toy_set.config(splits=splits))
