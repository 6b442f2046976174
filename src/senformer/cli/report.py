"""``senformer report``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.output import Json, say


def report(
    run: Annotated[Path, typer.Argument(help="A run folder of `train`.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Page to write. Default: RUN/report.html.")
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", help="Folder of `evaluate`. Default: RUN/evaluation if there."),
    ] = None,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="File of `score`. Default: RUN/scores.parquet if there.")
    ] = None,
    json: Json = False,
) -> None:
    """Write one offline page about a run: what was run, curves, accuracy, loci, top variants.

    Example: senformer report runs/yeast
    """
    from senformer.workflow.report import report_run

    page = report_run(run, out, evaluation=evaluation, scores=scores)
    say({"report": str(page)}, f"Report: {page}")
