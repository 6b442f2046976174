"""Fit support vector machines: all training rows in memory."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

from senformer.classical.config import FitConfig
from senformer.classical.fit import Targets, fit_model
from senformer.core.errors import ConfigError
from senformer.dataset.examples import AnyDataset
from senformer.dataset.loader import eval_windows
from senformer.model.kmers.words import Codes
from senformer.train.fit.quality import cross_validated
from senformer.train.fit.rows import choose_task, read_rows, refuse_unfit_rows
from senformer.train.fit.work import Outcome, Work
from senformer.train.idle import refuse_unread
from senformer.train.plan import Plan

log = logging.getLogger(__name__)


def prepare_machines(plan: Plan, section: dict[str, Any], dataset: AnyDataset, config: FitConfig) -> Work:
    """Read the training rows, and return the work that is left.

    Without ``task`` in the ``model`` section labels are classified, and other values predicted.

    Raises
    ------
    ConfigError
        A key of the ``train`` section has no effect on such a task or model, or the readout is none of a fit.
    DataError
        There are no rows, or none to fit a track to.
    """
    if plan.overrides.get("readout") == "words":
        found = "words is for scoring variants alone (deltaSVM); a machine is fitted to decisions"
        todo = "Leave it out (variant gkmsvm), then: senformer convert RUN --readout words --out MODEL."
        raise ConfigError("E686", "model.readout", found, todo)
    overrides = choose_task(plan.overrides, dataset, is_given="task" in section)
    refuse_unread(config, "train", {"task": overrides["task"], "model": plan.name})
    windows = eval_windows(dataset, "train", plan.window_bp, plan.crop_bins)
    codes, targets = read_rows(dataset, windows)
    refuse_unfit_rows(dataset, targets, classify=overrides["task"] == "classify")
    return Work(windows, partial(_fit, plan.name, overrides, codes, targets, dataset, config))


def _fit(
    name: str,
    overrides: dict[str, Any],
    codes: Codes,
    targets: Targets,
    dataset: AnyDataset,
    config: FitConfig,
    out: Path,
) -> Outcome:
    fitted = fit_model(name, overrides, codes, targets, config)
    tracks = [track.name for track in dataset.tracks]
    lines = []
    if fitted.folds.max() >= 0:
        lines = cross_validated(fitted, targets, tracks, classify=overrides["task"] == "classify")
    whole = [line for line in lines if line["fold"] is None]
    for line in whole:
        log.info("cross-validation of %s", ", ".join(f"{key} {value}" for key, value in line.items()))
    return Outcome(fitted.model, lines, {"cross_validation": whole})
