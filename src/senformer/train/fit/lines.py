"""Fit lines over a frozen bank: features of every row once, then the weights of all tracks together."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from senformer.classical.fit import Targets
from senformer.classical.gblinear import LinesConfig, fit_lines
from senformer.dataset.examples import AnyDataset
from senformer.dataset.loader import eval_windows
from senformer.model.distance_model import DistanceModel
from senformer.train.fit.features import FOLDER, features_plan, read_features, with_bank
from senformer.train.fit.kept import Kept
from senformer.train.fit.rows import read_targets, refuse_unfit_rows
from senformer.train.fit.work import Outcome, Work
from senformer.train.plan import Plan


def prepare_lines(plan: Plan, section: dict[str, Any], dataset: AnyDataset, config: LinesConfig) -> Work:
    """Read values and bank, and return the work that is left: features, then the lines.

    Raises
    ------
    DataError
        There are no rows, or a track has fewer than two values.
    MissingInputError, ConfigError
        ``model.bank_from`` is no model, or another than the bank.
    """
    windows = eval_windows(dataset, "train", plan.window_bp, plan.crop_bins)
    targets = read_targets(dataset, windows)
    refuse_unfit_rows(dataset, targets, classify=False)
    return Work(windows, partial(_fit, with_bank(plan, config.seed), dataset, windows, targets, config))


def _fit(
    model: DistanceModel,
    dataset: AnyDataset,
    windows: pd.DataFrame,
    targets: Targets,
    config: LinesConfig,
    out: Path,
) -> Outcome:
    kept = Kept(out / FOLDER, features_plan(model, dataset, windows))
    features = read_features(model, dataset, windows, kept, config.device)
    lines = fit_lines(features, targets, config)
    (head,) = model.heads.values()
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(lines.weights))
        head.bias.copy_(torch.from_numpy(lines.intercepts))
    return Outcome(model.eval(), [])
