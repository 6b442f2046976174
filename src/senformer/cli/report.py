"""``senformer report``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.output import Json, say


def report(
    runs: Annotated[
        list[Path], typer.Argument(help="A run folder of `train`, or several to compare.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Page to write. Default: RUN/report.html; needed for several runs."),
    ] = None,
    evaluation: Annotated[
        list[Path] | None,
        typer.Option(
            "--evaluation",
            help="Folder of `evaluate`; once for each run. Default: RUN/evaluation.",
            show_default=False,
        ),
    ] = None,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="File of `score`. Default: RUN/scores.parquet if there.")
    ] = None,
    drift: Annotated[
        list[Path] | None,
        typer.Option(
            "--drift",
            help="Folder of `evaluate --against`; repeat, RUN's last. Default: RUN/drift if there.",
            show_default=False,
        ),
    ] = None,
    tensorboard: Annotated[
        Path | None,
        typer.Option(
            "--tensorboard",
            help="Write the curve as TensorBoard events into a folder instead, a new one or one made so.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write one offline page about a run, or one that compares several runs with the first.

    Example: senformer report runs/yeast
    """
    from senformer.core.errors import UsageError
    from senformer.workflow.report import report_run

    if tensorboard is not None:
        _write_events(runs, tensorboard, [out, evaluation, scores, drift])
        return
    found = evaluation or []
    if len(runs) > 1:
        _compare(runs, out, found, {"--scores": scores, "--drift": drift})
        return
    if len(found) > 1:
        raise UsageError("E672", "--evaluation", f"{len(found)} for one run", "Give one.")
    page = report_run(runs[0], out, evaluation=found[0] if found else None, scores=scores, drifts=drift or ())
    say({"report": str(page)}, f"Report: {page}")


def _write_events(runs: list[Path], folder: Path, others: list[object]) -> None:
    from senformer.core.errors import UsageError
    from senformer.workflow.report import report_events

    if any(others):
        raise UsageError("E674", "--tensorboard", "writes no page", "Leave the other options out.")
    n_scalars = report_events(runs, folder)
    say({"tensorboard": str(folder), "n_scalars": n_scalars}, f"Events: {folder} ({n_scalars:,} numbers)")


def _compare(runs: list[Path], out: Path | None, evaluations: list[Path], others: dict[str, object]) -> None:
    from senformer.core.errors import UsageError
    from senformer.workflow.report import report_comparison

    if out is None:
        raise UsageError("E674", "--out", "is missing", "Name the page that compares the runs.")
    for option, value in others.items():
        if value:
            raise UsageError("E674", option, "cannot be compared", "Leave it out, or report one run.")
    differences = report_comparison(runs, out, evaluations)
    rows = differences.astype(object).where(differences.notna(), None).to_dict("records")
    say({"report": str(out), "differences": rows}, "\n".join([f"Report: {out}", *_lines(rows)]))


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    found = [_line(row) for row in rows if row["n_tracks"]]
    empty = dict.fromkeys(row["assay"] for row in rows if not row["n_tracks"])
    return found + ([f"  No track with a value in both: {', '.join(empty)}."] if empty else [])


def _line(row: dict[str, Any]) -> str:
    test = "" if row["p"] is None else f", p = {row['p']:.2g}"
    if row["window_low"] is not None:
        test += f", windows [{row['window_low']:+.4f}, {row['window_high']:+.4f}]"
    return (
        f"  {row['metric']:<16} {row['assay']:<16} {row['run']}: {row['mean_other']:.3f} against "
        f"{row['mean_first']:.3f}, {row['difference']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}] over "
        f"{row['n_tracks']:,} tracks{test}"
    )
