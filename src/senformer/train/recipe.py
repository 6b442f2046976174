"""A model's own recipe under the ``train`` section: what a user leaves out is as the model was published."""

import logging
from collections.abc import Mapping
from typing import Any

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset.examples import AnyDataset
from senformer.train.config import TrainConfig
from senformer.train.schedules import SCHEDULES

log = logging.getLogger(__name__)

# Keys of a recipe that say how another one is meant: they go where that is changed.
_PARTS = {
    "epochs": ("steps",),
    "optimizer": ("optimizer_options", "betas", "eps", "learning_rate", "weight_decay", "decay_all"),
    "schedule": ("schedule_options",),
    "loss": ("loss_options", "class_weights"),
    "clip_norm": ("clip",),
}
# What a recipe says of the task and its examples. All else is of the way from drawn weights, and its length.
_OF_TASK = (
    "loss",
    "loss_options",
    "class_weights",
    "sampling",
    "batch_size",
    "max_shift_bp",
    "reverse_complement",
    "warmup_steps",
    "clip_norm",
    "clip",
)
_PARTS_OF_SCHEDULE = ("schedule", *_PARTS["schedule"])
# Running statistics of batch norms follow the weights over about a hundred updates: a validation before that
# judges by those of the weights that were drawn.
_FEWEST_STEPS = 100
_OF_VALIDATION = ("select", "stop", "validate_every_steps", "validate_windows")
# Schedules that follow it.
_WATCHING = ("plateau",)


def train_settings(
    section: Mapping[str, Any],
    recipe: Mapping[str, Any],
    datasets: Mapping[str, AnyDataset],
    where: str = "train",
) -> TrainConfig:
    """Return the settings of a run: a model's recipe, changed as the ``train`` section says.

    ``epochs`` in either of them becomes ``steps``, by the train examples of all datasets; a validation then
    follows every epoch, or every few that make a hundred updates, where every dataset has a valid split and
    nothing else was asked for; where the recipe counts epochs, so do the patience of its ``stop`` and of its
    plateau. Keys of the recipe that belong to one that the section changes go, as options and rate of an
    optimizer do.

    Raises
    ------
    ConfigError
        The section gives both steps and epochs, or a key or value is wrong.
    """
    if "steps" in section and "epochs" in section:
        raise ConfigError("E679", where, "gives both steps and epochs", "Leave one of them out.")
    gone = _gone(section, recipe)
    values = {key: value for key, value in recipe.items() if key not in gone} | dict(section)
    epochs = values.pop("epochs", None)
    if epochs is None:
        return parse(TrainConfig, values, where)
    if isinstance(epochs, bool) or not isinstance(epochs, int | float) or not epochs > 0:
        raise ConfigError("E679", where, f"epochs is {epochs!r}", "Give a number above 0.")
    an_epoch = _steps_of_epoch(values, datasets)
    values.setdefault("steps", max(1, round(epochs * an_epoch)))
    if all((dataset.windows["split"] == "valid").any() for dataset in datasets.values()):
        values.setdefault("validate_every_steps", an_epoch * -(-_FEWEST_STEPS // an_epoch))
    if values.get("validate_every_steps") is None:
        idle = {*_OF_VALIDATION, *(_PARTS_OF_SCHEDULE if values.get("schedule") in _WATCHING else ())}
        if datasets:
            _tell(section, values, idle)
        values = {key: value for key, value in values.items() if key in section or key not in idle}
    config = parse(TrainConfig, values, where)
    if config.validate_every_steps is None or "epochs" not in recipe:
        return config
    return _in_validations(config, section, recipe, config.validate_every_steps / an_epoch)


def _tell(section: Mapping[str, Any], values: Mapping[str, Any], idle: set[str]) -> None:
    """Log what of a recipe is left out where nothing is validated."""
    gone = [key for key in ("stop", "schedule") if values.get(key) and key in idle - set(section)]
    if gone:
        log.warning(
            "warning: no validation: %s of the recipe without effect; the run takes all its %s steps and "
            "keeps its last weights. %s",
            " and ".join(gone),
            f"{values['steps']:,}",
            "Give validate_every_steps a number."
            if "validate_every_steps" in section
            else "Build the dataset with a valid split.",
        )


def _in_validations(
    config: TrainConfig, section: Mapping[str, Any], recipe: Mapping[str, Any], epochs_each: float
) -> TrainConfig:
    """Return the settings with the patience of the recipe, which counts epochs, in validations, one or more.

    A stop that waits for longer than a plateau still does: a lower rate has a validation to show for it.
    """
    changed: dict[str, Any] = {}
    is_own = config.schedule in _WATCHING and config.schedule == recipe.get("schedule")
    fewest = 1
    if is_own and "schedule_options" not in section:
        default = SCHEDULES[config.schedule].model_fields["patience"].default
        epochs = float(config.schedule_options.get("patience", default))
        patience = max(1, round(epochs / epochs_each))
        changed["schedule_options"] = config.schedule_options | {"patience": patience}
        fewest = patience + 1 if config.stop is not None and config.stop.patience > epochs else 1
    if config.stop is not None and "stop" not in section:
        patience = max(fewest, round(config.stop.patience / epochs_each))
        changed["stop"] = config.stop.model_copy(update={"patience": patience})
    return config.model_copy(update=changed)


def recipe_of_task(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model's recipe says where weights of such a model are fine-tuned.

    Loss, augmentation, batch size, warm-up and clipping stay. Optimizer, rate, schedule, decay, averages of
    weights and length belong to training from drawn weights.

    Examples
    --------
    >>> recipe_of_task({"epochs": 100, "learning_rate": 0.001, "loss": "mse", "batch_size": 128})
    {'loss': 'mse', 'batch_size': 128}
    """
    return {key: recipe[key] for key in _OF_TASK if key in recipe}


def _gone(section: Mapping[str, Any], recipe: Mapping[str, Any]) -> set[str]:
    """Return the keys of the recipe that belong to one that the section changes."""
    fields = TrainConfig.model_fields
    changed = {
        key: parts
        for key, parts in _PARTS.items()
        if key in section and section[key] != recipe.get(key, fields[key].default if key in fields else None)
    }
    gone = {part for parts in changed.values() for part in parts}
    if "optimizer" in changed and recipe.get("schedule") == "inverse_time":
        gone |= {*_PARTS_OF_SCHEDULE}
    return gone


def _steps_of_epoch(values: Mapping[str, Any], datasets: Mapping[str, AnyDataset]) -> int:
    """Return in how many updates every train example is seen about once."""
    size = values.get("batch_size", TrainConfig.model_fields["batch_size"].default)
    counts = [int((dataset.windows["split"] == "train").sum()) for dataset in datasets.values()]
    turns = [-(-count // size) for count in counts] if isinstance(size, int) and size > 0 else [1]
    return max(1, max(turns) if values.get("organisms") == "joint" else sum(turns))
