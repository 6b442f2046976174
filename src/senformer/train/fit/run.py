"""Fit a model into a run folder: read the training rows, fit, export."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from senformer.classical.config import FitConfig
from senformer.classical.fit import Fitted, Targets, fit_model
from senformer.core.commit import sha256, write_json
from senformer.core.errors import ConfigError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN
from senformer.core.provenance import versions, write_record
from senformer.dataset.examples import AnyDataset, refuse_unmeasured
from senformer.dataset.loader import eval_windows
from senformer.dataset.store import Dataset
from senformer.genome.interval import Interval
from senformer.train.config import TrainConfig
from senformer.train.curve import Curve
from senformer.train.export import MODEL, describe_dataset, track_card, training_intervals
from senformer.train.fit.quality import cross_validated
from senformer.train.fit.rows import choose_task, read_rows, refuse_unfit_rows
from senformer.train.folder import DONE, METRICS, read_record, refuse_used, require_folder, sweep
from senformer.train.plan import make_plan

log = logging.getLogger(__name__)


def fit(
    model_section: dict[str, Any],
    config: FitConfig,
    datasets: Mapping[str, AnyDataset],
    out: Path,
    resume: bool = False,
) -> dict[str, Any]:
    """Fit a model whose trainer is ``fit`` to the train split of a dataset, into the folder ``out``.

    Parameters
    ----------
    model_section
        ``name`` of a model and overrides of its configuration; without ``task`` labels are classified, and
        other values predicted.
    config
        The ``train`` section.
    datasets
        The one dataset, by organism.
    out
        Folder of the run; new, or with ``resume`` one that was begun.
    resume
        Begin again what was stopped; a finished run is left as it is.

    Returns
    -------
    ``run`` and ``model`` (folders), ``steps`` (0), ``stopped_by`` (``fit``), ``seconds``, ``n_train``,
    ``cross_validation`` (of every track, all folds together) and ``model_sha256``.

    Raises
    ------
    ConfigError, DataError
        Model, settings and dataset disagree.
    OutputError
        The folder is not empty and ``resume`` is off.
    MissingInputError
        There is no run to resume, or scikit-learn is not installed.
    LockedError
        Another process works there.
    """
    dataset = _only(datasets)
    plan = make_plan(model_section, TrainConfig(steps=1), datasets)
    overrides = choose_task(plan.overrides, dataset, is_given="task" in model_section)
    windows = eval_windows(dataset, "train", plan.window_bp, plan.crop_bins)
    codes, targets = read_rows(dataset, windows)
    refuse_unfit_rows(dataset, targets, classify=overrides["task"] == "classify")
    if resume:
        require_folder(out)
    with folder_lock(out):
        if resume and (done := read_record(out / DONE)) is not None:
            log.info("%s is finished", out)
            return done
        if not (resume and (out / RUN).is_file()):
            refuse_used(out)
        sweep(out)
        start = time.monotonic()
        record = {"model": model_section, "train": config.model_dump(mode="json")}
        inputs = dict.fromkeys(datasets, dataset.path)
        write_record(out, "train", config=record, seed=config.seed, inputs=inputs)
        fitted = fit_model(plan.name, overrides, codes, targets, config)
        lines = _note(out, fitted, targets, dataset, classify=overrides["task"] == "classify")
        _export(
            out, fitted, config, dataset, [(row.chrom, row.start, row.end) for row in windows.itertuples()]
        )
        done = {
            "run": str(out),
            "model": str(out / MODEL),
            "steps": 0,
            "stopped_by": "fit",
            "seconds": round(time.monotonic() - start, 1),
            "n_train": len(codes),
            "cross_validation": [line for line in lines if line["fold"] is None],
            "model_sha256": sha256(out / MODEL / "model.safetensors"),
        }
        write_json(out / DONE, done)
    return done


def _only(datasets: Mapping[str, AnyDataset]) -> AnyDataset:
    if len(datasets) != 1:
        found = f"there are {len(datasets)}: {', '.join(datasets) or 'none'}"
        raise ConfigError("E681", "--data", found, "Give the one dataset that the model is fitted to.")
    (dataset,) = datasets.values()
    refuse_unmeasured(dataset, "Measure something.")
    return dataset


def _note(
    out: Path, fitted: Fitted, targets: Targets, dataset: AnyDataset, *, classify: bool
) -> list[dict[str, Any]]:
    """Write what cross-validation says into the run's curve, and return it."""
    names = [track.name for track in dataset.tracks]
    lines = cross_validated(fitted, targets, names, classify=classify) if fitted.folds.max() >= 0 else []
    curve = Curve(out / METRICS)
    curve.roll_back(0)
    for line in lines:
        curve.add(**line)
        if line["fold"] is None:
            log.info("cross-validation of %s", ", ".join(f"{key} {value}" for key, value in line.items()))
    curve.flush()
    return lines


def _export(
    out: Path, fitted: Fitted, config: FitConfig, dataset: AnyDataset, places: list[tuple[str, int, int]]
) -> None:
    model, intervals = fitted.model, []
    if isinstance(dataset, Dataset):
        windows = [Interval(*place) for place in places]
        intervals = training_intervals(cast(Any, SimpleNamespace(windows=windows, dataset=dataset)))
    model.card.heads = {dataset.organism: [track_card(track) for track in dataset.tracks]}
    model.card.training = {
        "seed": config.seed,
        "config": config.model_dump(mode="json", exclude={"threads", "cache_mib"}),
        "senformer": versions().get("senformer"),
        "datasets": {dataset.organism: describe_dataset(dataset)},
        "intervals": {dataset.organism: intervals},
    }
    model.save(out / MODEL)
