"""``senformer models``."""

from typing import Annotated

import typer

from senformer.cli.output import Json, say


def models(
    name: Annotated[str | None, typer.Argument(help="A model's name; without it, all.")] = None,
    json: Json = False,
) -> None:
    """List the models, or show one: its inputs, outputs, parameters, defaults and source.

    Example: senformer models senformer
    """
    from senformer.workflow.models import describe_model, list_models

    if name is None:
        rows = list_models()
        say({"models": rows}, "\n".join(f"{row['name']:<12} {row['summary']}" for row in rows))
        return
    facts = describe_model(name)
    say(facts, "\n".join(f"{key:<14} {value}" for key, value in facts.items()))
