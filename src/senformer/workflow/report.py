"""Which results of a run its report shows, when none are named."""

import json
from pathlib import Path
from typing import Any

from senformer.core.commit import refuse_existing, sha256
from senformer.core.errors import DataError, MissingInputError
from senformer.report import write_report


def report_run(
    run: Path, out: Path | None, *, evaluation: Path | None = None, scores: Path | None = None
) -> Path:
    """Write the page of ``run``; results that stand in the run folder are taken unless others are named.

    The run's own page, ``RUN/report.html``, is written anew each time; another ``out`` must be free.

    Raises
    ------
    MissingInputError
        ``run`` is no run folder, or a result that was named is not there.
    DataError
        A result is of another model.
    OutputError
        ``out`` exists.
    """
    if _record(run / "run.json").get("command") != "train":
        raise MissingInputError(
            "E123", str(run), "is no run folder (no run.json of `train`)", "Give a folder of `train`."
        )
    for path in (evaluation, scores):
        if path is not None and not path.exists():
            raise MissingInputError("E101", str(path), "no such file or folder", "Check the path.")
    evaluation = evaluation or _there(run / "evaluation")
    scores = scores or _there(run / "scores.parquet")
    weights = run / "model" / "model.safetensors"
    if evaluation is not None:
        _refuse_other_model(weights, evaluation, evaluation / "run.json")
    if scores is not None:
        _refuse_other_model(weights, scores, scores.with_name(f"{scores.name}.run.json"))
    if out is not None:
        refuse_existing(out)
    page = out or run / "report.html"
    write_report(run, page, evaluation=evaluation, scores=scores)
    return page


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


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
