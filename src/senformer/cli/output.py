"""What a command prints: a short text for people, or one JSON object with ``--json``.

Results go to standard output, progress and errors to standard error, so that a pipe gets the result
alone.
"""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from senformer.core.errors import SenformerError

_state = {"json": False}


def _choose_json(value: bool) -> bool:
    _state["json"] = value
    return value


Json = Annotated[
    bool,
    typer.Option("--json", help="Print the result as one JSON object.", callback=_choose_json, is_eager=True),
]


def say(result: dict[str, Any], text: str) -> None:
    """Print ``text``, or ``result`` as JSON where ``--json`` was given."""
    print(json.dumps(result, ensure_ascii=False, default=str) if _state["json"] else text)


def first_given(options: Mapping[str, object]) -> str | None:
    """Return the first option that was given, of values by name; 0 and an empty text are given, too."""
    return next((name for name, value in options.items() if value is not None and value != []), None)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as lines whose columns begin at one place; the last column is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def complain(fault: SenformerError) -> None:
    """Print an error as one line on standard error, and as JSON too where ``--json`` was given.

    One that another process of the same work tells is not printed.
    """
    if fault.is_told:
        return
    print(fault.line, file=sys.stderr)
    if _state["json"] or "--json" in sys.argv:  # a wrong command line ends before options are read
        print(
            json.dumps({"error": {"code": fault.code, "message": str(fault), "exit_code": fault.exit_code}})
        )


def start_logging() -> None:
    """Send the package's log lines to standard error, plain."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("senformer")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
