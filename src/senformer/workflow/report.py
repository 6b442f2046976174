"""Which results of a run its report shows, when none are named."""

from pathlib import Path

from senformer.core.errors import MissingInputError
from senformer.report import write_report


def report_run(
    run: Path, out: Path | None, *, evaluation: Path | None = None, scores: Path | None = None
) -> Path:
    """Write the page of ``run``; results that stand in the run folder are taken unless others are named.

    Raises
    ------
    MissingInputError
        ``run`` is no run folder, or a result that was named is not there.
    """
    if not (run / "run.json").is_file():
        raise MissingInputError(
            "E123", str(run), "is no run folder (no run.json)", "Give a folder of `train`."
        )
    for path in (evaluation, scores):
        if path is not None and not path.exists():
            raise MissingInputError("E101", str(path), "no such file or folder", "Check the path.")
    evaluation = evaluation or _there(run / "evaluation")
    scores = scores or _there(run / "scores.parquet")
    page = out or run / "report.html"
    write_report(run, page, evaluation=evaluation, scores=scores)
    return page


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
