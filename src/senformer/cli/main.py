"""The command line: one file a command; this one gathers them and turns errors into exit codes."""

import sys
from typing import Annotated

import typer

from senformer.cli.output import complain, start_logging
from senformer.cli.table import COMMANDS
from senformer.core.errors import SenformerError
from senformer.core.memory import keep_freed_memory

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="DNA sequence to regulatory activity: build datasets, train, evaluate, predict, score variants.",
)
_state = {"debug": False}


def _version(value: bool) -> None:
    if value:
        import importlib.metadata

        typer.echo(importlib.metadata.version("senformer"))
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the stack trace of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    _state["debug"] = debug


for _name, _function in COMMANDS.items():
    app.command(_name)(_function)


def main() -> None:
    """Run the command line and exit with a documented code."""
    start_logging()
    keep_freed_memory()
    try:
        app()
    except SenformerError as fault:
        if _state["debug"]:
            raise
        complain(fault)
        sys.exit(fault.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as fault:
        if _state["debug"]:
            raise
        complain(
            SenformerError(
                "E100",
                "internal error",
                f"{type(fault).__name__}: {fault}",
                "This is a bug: run again as 'senformer --debug ...' and report the trace.",
            )
        )
        sys.exit(1)
