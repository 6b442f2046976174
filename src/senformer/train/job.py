"""The work of one process of a run, put together from its settings and checked before anything is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from senformer.core.device import pick_device, pick_dtype
from senformer.core.errors import ConfigError
from senformer.dataset.examples import AnyDataset
from senformer.dataset.fold_choice import choose_folds
from senformer.model.zoo import MODELS
from senformer.train.batches import AnyBatches, make_batches
from senformer.train.config import TrainConfig
from senformer.train.distill.teacher import Teacher, make_teacher
from senformer.train.idle import warn_of_warmup
from senformer.train.inputs import refuse_unfit_inputs
from senformer.train.loss_choice import make_loss
from senformer.train.plan import Plan, make_plan
from senformer.train.recipe_check import refuse_unfit_recipe
from senformer.train.settings import run_settings
from senformer.train.targets import refuse_unfit_outputs, refuse_unfit_targets
from senformer.train.team import Team
from senformer.train.validate import ValidationSet, make_validation_sets
from senformer.train.weights import positive_weights, track_weights


@dataclass(frozen=True)
class Job:
    """What is to be done by this process, checked.

    Attributes
    ----------
    plan, datasets
        The model and its geometry, and the data of each organism in the folds that the settings choose.
    device, dtype
        Where it computes, and in which type matrix products are.
    loss, weights, positive_weights, teacher
        What an update is held against.
    batches, sets
        This process's share of the training examples, and the validation windows.
    settings
        All that an update depends on.
    """

    plan: Plan
    datasets: Mapping[str, AnyDataset]
    device: torch.device
    dtype: torch.dtype
    loss: Callable[..., Tensor]
    batches: Mapping[str, AnyBatches]
    sets: Mapping[str, ValidationSet]
    weights: Mapping[str, Tensor]
    positive_weights: Mapping[str, Tensor]
    teacher: Teacher | None
    settings: Mapping[str, Any]


def make_job(
    team: Team,
    model_section: dict[str, Any],
    config: TrainConfig,
    datasets: Mapping[str, AnyDataset],
    resumed: Path | None = None,
) -> Job:
    """Check model, settings and data against one another; nothing is written.

    ``resumed`` is the run that is gone on with, if any.

    Raises
    ------
    ConfigError, DataError, MissingInputError
        The first fault.
    """
    _refuse_fitted(model_section)
    loss = make_loss(config.loss, config.loss_options)
    datasets = {name: _in_folds(dataset, config) for name, dataset in sorted(datasets.items())}
    plan = make_plan(model_section, config, datasets, resumed)
    device = team.device(pick_device(config.device))
    dtype = pick_dtype(config.precision, device)
    refuse_unfit_inputs(datasets, plan, flips=config.reverse_complement)
    refuse_unfit_outputs(config.loss, plan)
    refuse_unfit_recipe(config, plan, datasets, team.size)
    warn_of_warmup(config)
    batches = make_batches(datasets, plan, config, team)
    teacher = make_teacher(config, plan, datasets, device)
    taught_by = None if teacher is None else teacher.sha256
    settings = run_settings(plan, config, datasets, str(dtype).removeprefix("torch."), taught_by)
    if teacher is None:
        refuse_unfit_targets(datasets, config.loss, plan)
    weights = track_weights(datasets, config.assay_weights, config.track_weights)
    positive = positive_weights(datasets, config.class_weights)
    sets = make_validation_sets(datasets, plan, config)
    return Job(plan, datasets, device, dtype, loss, batches, sets, weights, positive, teacher, settings)


def _refuse_fitted(section: Mapping[str, Any]) -> None:
    """Raise if the model is none that learns step by step."""
    name = section.get("name")
    if isinstance(name, str) and name in MODELS and MODELS[name].trainer == "fit":
        found = f"{name} is fitted at once, it takes no steps"
        raise ConfigError("E684", "model", found, "Fit it: senformer train, or train.fit.run.fit.")


def _in_folds(dataset: AnyDataset, config: TrainConfig) -> AnyDataset:
    """Return the dataset with the folds that the settings choose, or as it is."""
    folds = config.folds
    return dataset if folds is None else choose_folds(dataset, folds.test, folds.valid)
