from unittest.mock import create_autospec

import pandas as pd
import pytest

from senformer.core.errors import ConfigError
from senformer.dataset.store import Dataset
from senformer.model.zoo import MODELS
from senformer.train.config import TrainConfig
from senformer.train.recipe import recipe_of_task, train_settings

RECIPE = {
    "epochs": 10,
    "batch_size": 4,
    "eps": 1e-7,
    "loss": "mse",
    "select": "valid_loss",
    "stop": {"metric": "valid_loss", "patience": 50},
}


def rows(**counts: int) -> Dataset:
    """Return a dataset of so many windows in each split."""
    splits = [split for split, count in counts.items() for _ in range(count)]
    return create_autospec(Dataset, instance=True, windows=pd.DataFrame({"split": splits}))


def test_train_settings__epochs_become_steps_with_a_validation_each():
    # Nine rows are three batches of four; 34 such epochs have a hundred updates.
    found = train_settings({}, RECIPE, {"a": rows(train=9, valid=2)})
    assert (found.steps, found.validate_every_steps, found.batch_size, found.eps) == (30, 102, 4, 1e-7)
    # Fifty epochs of three updates are one and a half validations.
    assert (found.select, found.stop.patience) == ("valid_loss", 1)


def test_train_settings__what_the_user_says_goes_before():
    found = train_settings({"steps": 7, "batch_size": 3}, RECIPE, {"a": rows(train=9, valid=2)})
    assert (found.steps, found.validate_every_steps, found.loss) == (7, 102, "mse")
    assert train_settings({"epochs": 2}, RECIPE, {"a": rows(train=9)}).steps == 6
    assert train_settings({"epochs": 0.5}, {}, {"a": rows(train=9)}).steps == 2


def test_train_settings__epochs_go_before_the_steps_of_a_recipe():
    data = {"a": rows(train=9, valid=2)}
    recipe = {"steps": 960_000, "batch_size": 4}
    assert train_settings({}, recipe, data).validate_every_steps is None
    found = train_settings({"epochs": 2}, recipe, data)
    assert (found.steps, found.validate_every_steps) == (6, 102)


def test_train_settings__the_patience_of_a_recipe_counts_in_epochs():
    data = {"a": rows(train=9, valid=2)}
    assert train_settings({"validate_every_steps": 6}, RECIPE, data).stop.patience == 25
    assert train_settings({"validate_every_steps": 1}, RECIPE, data).stop.patience == 150
    small = RECIPE | {"stop": {"patience": 3}}
    assert train_settings({}, small, data).stop.patience == 1
    assert train_settings({"stop": {"patience": 3}}, RECIPE, data).stop.patience == 3


@pytest.mark.parametrize(
    ("name", "n_rows", "every", "plateau", "stop"),
    [
        # 8 updates an epoch, a validation every 13 epochs: 5 and 10 epochs are less than one, and stay apart.
        ("chromtransfer", 1000, 104, 1, 2),
        # 79 updates, every 2 epochs.
        ("chromtransfer", 10_000, 158, 2, 5),
        ("chromtransfer", 20_000, 157, 5, 10),
        ("agentbind", 1000, 104, 1, None),
        ("agentbind", 10_000, 158, 5, None),
    ],
)
def test_train_settings__the_patience_of_a_plateau_counts_in_epochs(name, n_rows, every, plateau, stop):
    recipe, data = MODELS[name].recipe, {"a": rows(train=n_rows, valid=2)}
    found = train_settings({}, recipe, data)
    waits = None if found.stop is None else found.stop.patience
    assert (found.validate_every_steps, found.schedule_options["patience"], waits) == (every, plateau, stop)
    # What the user gives counts validations.
    given = {"metric": "valid_loss", "patience": 3}
    assert train_settings({"schedule_options": given}, recipe, data).schedule_options == given


def test_train_settings__patience_without_epochs_counts_validations():
    recipe = {"steps": 900, "validate_every_steps": 50, "schedule": "plateau", "stop": {"patience": 6}}
    found = train_settings({"epochs": 9}, recipe | {"batch_size": 4}, {"a": rows(train=9, valid=2)})
    assert (found.schedule_options, found.stop.patience) == ({}, 6)


def test_train_settings__parts_of_what_the_user_changes_go():
    found = train_settings({"optimizer": "sgd"}, RECIPE, {"a": rows(train=9)})
    assert (found.optimizer, found.eps) == ("sgd", 1e-8)


def test_train_settings__another_optimizer_has_a_rate_of_its_own():
    recipe, data = MODELS["deepsea"].recipe, {"a": rows(train=9)}
    found, default = train_settings({"optimizer": "adam"}, recipe, data), TrainConfig(steps=1)
    keys = ("learning_rate", "weight_decay", "decay_all", "optimizer_options", "schedule", "schedule_options")
    assert [getattr(found, key) for key in keys] == [getattr(default, key) for key in keys]
    assert (found.warmup_steps, found.max_norm) == (0, 0.9)
    # Naming the recipe's own changes nothing.
    assert train_settings({"optimizer": "sgd"}, recipe, data) == train_settings({}, recipe, data)


def test_train_settings__no_validation_without_rows_for_it():
    found = train_settings({}, RECIPE, {"a": rows(train=9, valid=2), "b": rows(train=4)})
    # Turns of both: three batches and one.
    assert (found.steps, found.validate_every_steps, found.stop) == (40, None, None)
    assert found.select == "valid_pearson"


def test_train_settings__says_what_of_the_recipe_needs_a_validation(caplog):
    train_settings({}, RECIPE | {"schedule": "plateau"}, {"a": rows(train=9)})
    assert "stop and schedule of the recipe without effect; the run takes all its 30 steps" in caplog.text
    assert "with a valid split" in caplog.text
    caplog.clear()
    train_settings({"validate_every_steps": None}, RECIPE, {"a": rows(train=9, valid=2)})
    assert "Give validate_every_steps a number" in caplog.text
    caplog.clear()
    train_settings({"stop": None}, RECIPE, {"a": rows(train=9)})
    train_settings({}, RECIPE, {"a": rows(train=9, valid=2)})
    train_settings({}, RECIPE, {})
    assert not caplog.text


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


def test_train_settings__a_plateau_needs_a_validation():
    recipe = {"epochs": 10, "schedule": "plateau", "schedule_options": {"metric": "valid_loss"}}
    assert train_settings({}, recipe, {"a": rows(train=9, valid=2)}).schedule == "plateau"
    without = train_settings({}, recipe, {"a": rows(train=9)})
    assert (without.schedule, without.schedule_options) == ("constant", {})
    # What the user asks for stays, and is refused where it cannot be.
    assert train_settings({"schedule": "plateau"}, recipe, {"a": rows(train=9)}).schedule == "plateau"


@pytest.mark.parametrize(
    "name", [name for name, kind in MODELS.items() if kind.trainer == "loop" and kind.recipe]
)
def test_recipe_of_task__fine_tuning_keeps_the_loss_and_not_the_way_to_weights(name):
    recipe = MODELS[name].recipe
    found, default = train_settings({"steps": 9}, recipe_of_task(recipe), {}), TrainConfig(steps=9)
    whole = train_settings({"steps": 9}, recipe, {})
    for key in ("loss", "loss_options", "class_weights", "max_shift_bp", "reverse_complement", "batch_size"):
        assert getattr(found, key) == getattr(whole, key)
    for key in (
        "optimizer",
        "optimizer_options",
        "learning_rate",
        "schedule",
        "weight_decay",
        "max_norm",
        "ema",
        "stop",
    ):
        assert getattr(found, key) == getattr(default, key)
    # Another loss has neither the options nor the weights of this one.
    other = train_settings({"steps": 9, "loss": "cosine"}, recipe_of_task(recipe), {})
    assert (other.loss_options, other.class_weights) == ({}, "none")
