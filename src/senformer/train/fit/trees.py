"""Fit boosted trees over a frozen bank: features of every row once, then a classifier a track."""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from senformer.classical.fit import Targets
from senformer.classical.trees import TreesConfig, fit_trees
from senformer.core.seeding import numpy_rng
from senformer.dataset.examples import AnyDataset
from senformer.dataset.loader import eval_windows
from senformer.model import create_model
from senformer.model.blocks.calibrated_trees import TreeArrays, stack_trees
from senformer.model.distance_model import DistanceModel
from senformer.model.load import assign_tensors
from senformer.train.fit.features import FOLDER, Features, features_plan, read_features, with_bank
from senformer.train.fit.kept import Kept
from senformer.train.fit.rows import read_targets, refuse_unfit_rows
from senformer.train.fit.work import Outcome, Work
from senformer.train.plan import Plan

log = logging.getLogger(__name__)

# Finished tracks of a run.
TRACKS = "tracks"


@dataclass(frozen=True)
class _Rows:
    """The rows of a fit, those of the train split first, their values, and which of them stop the fit."""

    dataset: AnyDataset
    windows: pd.DataFrame
    targets: Targets
    is_valid: np.ndarray


def prepare_trees(plan: Plan, section: dict[str, Any], dataset: AnyDataset, config: TreesConfig) -> Work:
    """Read the labels and the bank, and return the work that is left: features, then a classifier a track.

    Raises
    ------
    DataError
        There are no rows, or a track lacks 0s or 1s among those that it is fitted to or stopped by.
    MissingInputError, ConfigError
        ``model.bank_from`` is no model, or another than the bank.
    """
    train = eval_windows(dataset, "train", plan.window_bp, plan.crop_bins)
    valid = train.iloc[:0]
    if (dataset.windows["split"] == "valid").any():
        valid = eval_windows(dataset, "valid", plan.window_bp, plan.crop_bins)
    windows = pd.concat([train, valid], ignore_index=True)
    targets = read_targets(dataset, windows)
    is_valid = np.arange(len(windows)) >= len(train)
    if not len(valid):
        order = numpy_rng(config.seed, "valid").permutation(len(train))
        is_valid[order[: round(config.valid_fraction * len(train))]] = True
    refuse_unfit_rows(dataset, targets[~is_valid], classify=True)
    refuse_unfit_rows(dataset, targets[is_valid], classify=True, part="the rows that stop it")
    rows = _Rows(dataset, windows, targets, is_valid)
    return Work(train, partial(_fit_trees, plan, with_bank(plan, config.seed), rows, config))


def _fit_trees(plan: Plan, model: DistanceModel, rows: _Rows, config: TreesConfig, out: Path) -> Outcome:
    kept = Kept(out / FOLDER, features_plan(model, rows.dataset, rows.windows))
    features = read_features(model, rows.dataset, rows.windows, kept, config.device)
    settings = config.model_dump(mode="json", exclude={"device"})
    done = Kept(out / TRACKS, {"features": kept.key, "settings": settings})
    tracks, lines = [], []
    for number, track in enumerate(rows.dataset.tracks):
        make = partial(_fit_track, features, rows.targets[:, number], rows.is_valid, config)
        arrays = done.part(f"track_{number:05d}", make)
        tracks.append(TreeArrays(**{**arrays, "baseline": float(arrays["baseline"][0])}))  # type: ignore[arg-type]
        lines.append({"track": track.name, "n_trees": len(arrays["values"])})
        log.info("track %s: %d trees", track.name, lines[-1]["n_trees"])
    n_valid = int(rows.is_valid.sum())
    return Outcome(with_trees(plan, model, tracks), lines, {"n_valid": n_valid})


def _fit_track(
    features: Features, labels: np.ndarray, is_valid: np.ndarray, config: TreesConfig
) -> dict[str, np.ndarray]:
    measured = np.isfinite(labels)
    parts = [(features[rows], labels[rows]) for rows in (measured & ~is_valid, measured & is_valid)]
    found = fit_trees(parts[0], parts[1], config)
    return {**vars(found), "baseline": np.array([found.baseline])}


def with_trees(plan: Plan, model: DistanceModel, tracks: list[TreeArrays]) -> Any:
    """Return a model with the layers of another and heads of fitted trees."""
    (head,) = model.heads
    sizes, arrays = stack_trees(tracks)
    with torch.device("meta"):
        fitted = create_model(plan.name, **{**plan.overrides, **vars(sizes)})
    tensors = {f"layers.{name}": tensor for name, tensor in model.layers.state_dict().items()}
    tensors |= {f"heads.{head}.{name}": tensor for name, tensor in arrays.items()}
    assign_tensors(fitted, tensors, "fitted trees")
    return fitted.eval()
