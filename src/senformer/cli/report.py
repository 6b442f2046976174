"""``senformer report``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.output import Json, first_given, say


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="A run folder of `train`, several to compare, or a file of `score`.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Page to write. Default: RUN/report.html; needed for several runs. Of scores: a folder, "
            "by default FILE.pages.",
            show_default=False,
        ),
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
    variant: Annotated[
        list[str] | None,
        typer.Option(
            "--variant",
            help="Of scores: a variant that gets a page, as chr1:1000:A>C, an ID, or chr1:1000; repeat.",
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            "--top",
            help="Of a file of scores: how many of the largest effects get a page. Default: 5.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            "--model",
            help="Where the model of the scores is, if it has moved; once for each of an ensemble.",
            show_default=False,
        ),
    ] = None,
    genome: Annotated[
        Path | None,
        typer.Option(
            "--genome", "-g", help="Where the genome of the scores is, if moved.", show_default=False
        ),
    ] = None,
    genes: Annotated[
        Path | None,
        typer.Option("--genes", help="GTF, whose starts the pages of variants mark.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Write one offline page about a run, one that compares runs, or pages about scored variants.

    Example: senformer report runs/yeast
    """
    from senformer.core.errors import UsageError
    from senformer.workflow.report import report_run

    of_scores = {"--variant": variant, "--top": top, "--model": model, "--genome": genome, "--genes": genes}
    if len(runs) == 1 and runs[0].is_file():
        of_runs = {"--evaluation": evaluation, "--scores": scores, "--drift": drift}
        _refuse_given(
            {**of_runs, "--tensorboard": tensorboard}, "is of a run, and a file of scores was named"
        )
        _report_scores(runs[0], out, variant or [], 5 if top is None else top, model or [], genome, genes)
        return
    if runs[0].exists():
        _refuse_given(of_scores, "is of a file of scores, and none was named")
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


def _refuse_given(options: Mapping[str, object], found: str) -> None:
    from senformer.core.errors import UsageError

    if (option := first_given(options)) is not None:
        raise UsageError("E674", option, found, "Leave it out.")


def _report_scores(
    scores: Path,
    out: Path | None,
    variants: list[str],
    top: int,
    models: list[Path],
    genome: Path | None,
    genes: Path | None,
) -> None:
    from senformer.workflow.pages.write import report_scores

    page = report_scores(scores, out, variants=variants, top=top, models=models, genome=genome, genes=genes)
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
