"""``senformer models``."""

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Annotated, Any

import typer

from senformer.cli.output import Json, aligned, say

_COLUMNS = ("name", "reads", "predicts", "parameters", "source")


def models(
    name: Annotated[str | None, typer.Argument(help="A model's name; without it, all.")] = None,
    json: Json = False,
) -> None:
    """List the models, or show one: its layers with their shapes, recipe, variants, deviations and sizes.

    Example: senformer models deepstarr
    """
    from senformer.workflow.models import describe_model, list_models

    if name is None:
        rows = list_models()
        say({"models": rows}, aligned([_COLUMNS, *map(_cells, rows)]))
        return
    facts = describe_model(name)
    say(facts, "\n".join(_paragraph(key, value) for key, value in facts.items() if value))


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    outputs = ", ".join(f"{n_tracks:,} {head}" for head, n_tracks in row["outputs"].items())
    reads = f"{row['window_bp']:,} bp" + "".join(f" + {name}" for name in row["inputs"] if name != "sequence")
    bins = f" in {row['bins']:,} bins of {row['bin_bp']} bp" if row["bins"] > 1 else ""
    return row["name"], reads, f"{outputs}{bins}", f"{row['parameters']:,}", row["source"]


def _paragraph(key: str, value: Any) -> str:
    if key == "layers":
        rows = [(row["layer"], row["kind"], _shape(row["shape"]), f"{row['parameters']:,}") for row in value]
        return f"layers\n{_indented(aligned([('name', 'kind', 'shape', 'parameters'), *rows]))}"
    if isinstance(value, Mapping):
        pairs = [(name, part if isinstance(part, str) else dumps(part)) for name, part in value.items()]
        return f"{key}\n{_indented(aligned(pairs))}"
    if isinstance(value, list):
        return "\n".join([key, *(f"  - {line}" for line in value)])
    return f"{key:<14} {value:,}" if isinstance(value, int) else f"{key:<14} {value}"


def _shape(shape: Sequence[int]) -> str:
    return " x ".join(f"{size:,}" for size in shape)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
