from unittest.mock import create_autospec

import pandas as pd
import pytest

from senformer.core.errors import ConfigError
from senformer.dataset.store import Dataset
from senformer.train.recipe import train_settings

RECIPE = {
    "epochs": 10,
    "batch_size": 4,
    "eps": 1e-7,
    "loss": "mse",
    "select": "valid_loss",
    "stop": {"metric": "valid_loss", "patience": 3},
}


def rows(**counts: int) -> Dataset:
    """Return a dataset of so many windows in each split."""
    splits = [split for split, count in counts.items() for _ in range(count)]
    return create_autospec(Dataset, instance=True, windows=pd.DataFrame({"split": splits}))


def test_train_settings__epochs_become_steps_with_a_validation_each():
    # Nine rows are three batches of four; 34 such epochs have a hundred updates.
    found = train_settings({}, RECIPE, {"a": rows(train=9, valid=2)})
    assert (found.steps, found.validate_every_steps, found.batch_size, found.eps) == (30, 102, 4, 1e-7)
    assert (found.select, found.stop.patience) == ("valid_loss", 3)


def test_train_settings__what_the_user_says_goes_before():
    found = train_settings({"steps": 7, "batch_size": 3}, RECIPE, {"a": rows(train=9, valid=2)})
    assert (found.steps, found.validate_every_steps, found.loss) == (7, 102, "mse")
    assert train_settings({"epochs": 2}, RECIPE, {"a": rows(train=9)}).steps == 6
    assert train_settings({"epochs": 0.5}, {}, {"a": rows(train=9)}).steps == 2


def test_train_settings__parts_of_what_the_user_changes_go():
    found = train_settings({"optimizer": "sgd"}, RECIPE, {"a": rows(train=9)})
    assert (found.optimizer, found.eps) == ("sgd", 1e-8)


def test_train_settings__no_validation_without_rows_for_it():
    found = train_settings({}, RECIPE, {"a": rows(train=9, valid=2), "b": rows(train=4)})
    # Turns of both: three batches and one.
    assert (found.steps, found.validate_every_steps, found.stop) == (40, None, None)
    assert found.select == "valid_pearson"


def test_train_settings__all_datasets_in_each_step():
    found = train_settings({"organisms": "joint"}, RECIPE, {"a": rows(train=9), "b": rows(train=4)})
    assert found.steps == 30


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"steps": 3, "epochs": 1}, "train: gives both steps and epochs"),
        ({"epochs": 0}, "train: epochs is 0. Give a number above 0"),
        ({"epochs": "many"}, "train: epochs is 'many'"),
        ({"batch_size": 0}, "key 'batch_size' is 0"),
        ({"step": 3}, "unknown key 'step'"),
    ],
)
def test_train_settings__faults(section, message):
    with pytest.raises(ConfigError, match=message):
        train_settings(section, RECIPE, {"a": rows(train=9)})


def test_train_settings__steps_are_needed_without_a_recipe():
    with pytest.raises(ConfigError, match="key 'steps' is missing"):
        train_settings({}, {}, {"a": rows(train=9)})
