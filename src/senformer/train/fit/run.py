"""Fit a model into a run folder: read the training rows, fit, export."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from senformer.core.commit import sha256, write_json
from senformer.core.errors import ConfigError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN
from senformer.core.provenance import versions, write_record
from senformer.dataset.examples import AnyDataset, refuse_unmeasured
from senformer.dataset.store import Dataset
from senformer.genome.interval import Interval
from senformer.model.create import model_config
from senformer.train.config import TrainConfig
from senformer.train.curve import Curve
from senformer.train.export import MODEL, describe_dataset, track_card, training_intervals
from senformer.train.fit import FITS
from senformer.train.folder import DONE, METRICS, read_record, refuse_used, require_folder, sweep
from senformer.train.idle import refuse_unread
from senformer.train.inputs import refuse_unfit_inputs
from senformer.train.plan import make_plan

log = logging.getLogger(__name__)

# Settings that change no fitted value.
_FREE = {"threads", "cache_mib", "device"}


def fit(
    model_section: dict[str, Any],
    config: Any,
    datasets: Mapping[str, AnyDataset],
    out: Path,
    resume: bool = False,
) -> dict[str, Any]:
    """Fit a model whose trainer is ``fit`` to the train split of a dataset, into the folder ``out``.

    Parameters
    ----------
    model_section
        ``name`` of a model and overrides of its configuration.
    config
        The ``train`` section, of the class that :data:`senformer.train.fit.FITS` says.
    datasets
        The one dataset, by organism.
    out
        Folder of the run; new, or with ``resume`` one that was begun.
    resume
        Go on with what was stopped; a finished run is left as it is.

    Returns
    -------
    ``run`` and ``model`` (folders), ``steps`` (0), ``stopped_by`` (``fit``), ``seconds``, ``n_train``,
    ``model_sha256``; of support vector machines ``cross_validation`` (of every track, all folds together).

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
    refuse_unread(model_config(plan.name, plan.overrides), "model")
    refuse_unfit_inputs(datasets, plan)
    work = FITS[plan.name].prepare(plan, model_section, dataset, config)
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
        outcome = work.run(out)
        _note(out, outcome.lines)
        _export(out, outcome.model, config, dataset, work.windows)
        done = {
            "run": str(out),
            "model": str(out / MODEL),
            "steps": 0,
            "stopped_by": "fit",
            "seconds": round(time.monotonic() - start, 1),
            "n_train": len(work.windows),
            **outcome.facts,
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


def _note(out: Path, lines: list[dict[str, Any]]) -> None:
    """Write what the fit says of itself into the run's curve."""
    curve = Curve(out / METRICS)
    curve.roll_back(0)
    for line in lines:
        curve.add(**line)
    curve.flush()


def _export(out: Path, model: Any, config: Any, dataset: AnyDataset, rows: pd.DataFrame) -> None:
    intervals = []
    if isinstance(dataset, Dataset):
        windows = [Interval(row.chrom, row.start, row.end) for row in rows.itertuples()]
        intervals = training_intervals(cast(Any, SimpleNamespace(windows=windows, dataset=dataset)))
    model.card.heads = {dataset.organism: [track_card(track) for track in dataset.tracks]}
    model.card.training = {
        "seed": config.seed,
        "config": config.model_dump(mode="json", exclude=_FREE),
        "senformer": versions().get("senformer"),
        "datasets": {dataset.organism: describe_dataset(dataset)},
        "intervals": {dataset.organism: intervals},
    }
    model.save(out / MODEL)
