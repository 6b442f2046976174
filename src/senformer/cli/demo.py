"""``senformer demo``."""

from typing import Annotated

import typer

from senformer.cli.choices import Out
from senformer.cli.output import Json, say


def demo(
    out: Out,
    minutes: Annotated[float, typer.Option("--minutes", help="Longest training time.")] = 7.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the world and of training.")] = 1,
    short: Annotated[
        bool, typer.Option("--short", help="A small world and a few steps: proves the path, not accuracy.")
    ] = False,
    json: Json = False,
) -> None:
    """Run the whole path on a simulated genome; ends in report.html.

    Example: senformer demo --out runs/demo
    """
    from senformer.workflow.demo import run_demo, summarize

    result = run_demo(out, minutes=minutes, seed=seed, short=short)
    say(result, summarize(result))
