"""Which results of a run its report shows, when none are named."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.commit import commit_folder, refuse_existing, sha256
from senformer.core.errors import DataError, MissingInputError, UsageError
from senformer.report import write_comparison, write_report
from senformer.report.sections.compared import names_of
from senformer.report.tensorboard import refuse_foreign_events, write_events


def report_run(
    run: Path,
    out: Path | None,
    *,
    evaluation: Path | None = None,
    scores: Path | None = None,
    drifts: Sequence[Path] = (),
) -> Path:
    """Write the page of ``run``; results that stand in the run folder are taken unless others are named.

    ``drifts`` are folders of ``evaluate`` against another model; the last one is of this run's model.

    The run's own page, ``RUN/report.html``, is written anew each time; another ``out`` must be free.

    Raises
    ------
    MissingInputError
        ``run`` is no run folder, or a result that was named is not there.
    DataError
        A result is of another model, or the evaluation against one.
    OutputError
        ``out`` exists.
    """
    _require_run(run)
    for path in (evaluation, scores, *drifts):
        if path is not None and not path.exists():
            raise MissingInputError("E101", str(path), "no such file or folder", "Check the path.")
    evaluation = evaluation or _there(run / "evaluation")
    scores = scores or _there(run / "scores.parquet")
    drifts = list(drifts) or [path for path in (run / "drift",) if path.exists()]
    weights = run / "model" / "model.safetensors"
    if evaluation is not None:
        _refuse_other_model(weights, evaluation, evaluation / "run.json")
        _refuse_drift(evaluation)
    if scores is not None:
        _refuse_other_model(weights, scores, scores.with_name(f"{scores.name}.run.json"))
    if drifts:
        _refuse_other_model(weights, drifts[-1], drifts[-1] / "run.json")
    if out is not None:
        refuse_existing(out)
    page = out or run / "report.html"
    named = dict(zip(names_of(drifts), drifts, strict=True)) if drifts else {}
    write_report(run, page, evaluation=evaluation, scores=scores, drifts=named)
    return page


def report_comparison(runs: Sequence[Path], out: Path, evaluations: Sequence[Path] = ()) -> pd.DataFrame:
    """Write the page that compares ``runs`` with the first of them, and return the differences.

    Parameters
    ----------
    runs
        Run folders of ``train``.
    out
        Page to write; must be free.
    evaluations
        A folder of ``evaluate`` for each run, in their order; by default each run's own ``evaluation``.

    Raises
    ------
    UsageError
        A run is named twice, or the evaluations are not one a run.
    MissingInputError
        A folder is no run, or an evaluation is not there.
    DataError
        An evaluation is of another model or against one, or two are not of the same windows.
    OutputError
        ``out`` exists.
    """
    if len({path.resolve() for path in runs}) < len(runs):
        raise UsageError("E671", "RUN", "a run is named twice", "Name each run once.")
    if evaluations and len(evaluations) != len(runs):
        found = f"{len(evaluations)} for {len(runs)} runs"
        raise UsageError("E672", "--evaluation", found, "Give one for each run in their order, or none.")
    folders = list(evaluations) or [run / "evaluation" for run in runs]
    for run, folder in zip(runs, folders, strict=True):
        _require_run(run)
        if not folder.exists():
            todo = f"Run: senformer evaluate {run} --data DATASET --out {folder}"
            raise MissingInputError("E673", str(folder), f"there is no evaluation of {run}", todo)
        _refuse_other_model(run / "model" / "model.safetensors", folder, folder / "run.json")
        _refuse_drift(folder)
    refuse_existing(out)
    return write_comparison(runs, folders, out)


def report_events(runs: Sequence[Path], out: Path) -> int:
    """Write the curves of runs as TensorBoard events: one folder a run where they are several.

    Returns
    -------
    How many numbers were written.

    Raises
    ------
    MissingInputError
        A folder is no run, or tensorboard is not installed.
    OutputError
        ``out`` exists and holds other files than events that were written by this function.
    """
    for run in runs:
        _require_run(run)
    refuse_foreign_events(out)
    if len(runs) == 1:
        return write_events(runs[0], out)
    names = [name.replace("/", "_") for name in names_of(runs)]
    counts: list[int] = []

    def write(folder: Path) -> None:
        counts.extend(write_events(run, folder / name) for run, name in zip(runs, names, strict=True))

    commit_folder(out, write)
    return sum(counts)


def _require_run(run: Path) -> None:
    if not run.exists():
        raise MissingInputError("E123", str(run), "no such file or folder", "Check the path.")
    if _record(run / "run.json").get("command") != "train":
        raise MissingInputError(
            "E123",
            str(run),
            "is no run folder (no run.json of `train`)",
            "Give a folder of `train`, or a file of `score`.",
        )


def _record(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _refuse_other_model(weights: Path, result: Path, record: Path) -> None:
    found = _record(record).get("inputs", {}).get("model", {})
    if weights.is_file() and found.get("sha256") not in (None, sha256(weights)):
        raise DataError(
            "E127",
            str(result),
            f"is of another model ({found.get('path')}), not of {weights.parent}",
            "Give results of this run's model.",
        )


def _refuse_drift(evaluation: Path) -> None:
    if "against" in _record(evaluation / "run.json").get("inputs", {}):
        found = "is an evaluation against another model: its targets were not measured"
        raise DataError("E692", str(evaluation), found, "Give one that was made without --against.")


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
