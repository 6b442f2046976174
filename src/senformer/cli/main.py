"""The command line: one file a command; this one gathers them and turns errors into exit codes."""

import re
import sys
from typing import Annotated

import typer

from senformer.cli.output import complain, start_logging
from senformer.cli.table import COMMANDS
from senformer.core.errors import Interrupted, SenformerError, UsageError
from senformer.core.memory import keep_freed_memory
from senformer.core.wording import closest

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="DNA sequence to regulatory activity: build datasets, train, evaluate, predict, score variants.",
)
_state = {"debug": False}


def _version(value: bool) -> bool:
    if value:
        import importlib.metadata

        typer.echo(importlib.metadata.version("senformer"))
        raise typer.Exit
    return value


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
        code = app(prog_name="senformer", standalone_mode=False) or 0
        if code == Interrupted.exit_code:  # what typer makes of Ctrl-C
            raise KeyboardInterrupt
        sys.exit(code)
    except SenformerError as fault:
        if _state["debug"]:
            raise
        complain(fault)
        sys.exit(fault.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        advice = "Give the same command again; train with --resume."
        complain(Interrupted("E126", "senformer", "stopped by SIGINT", advice))
        sys.exit(Interrupted.exit_code)
    except Exception as fault:
        _exit_on_usage(fault)
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


def _exit_on_usage(fault: Exception) -> None:
    """Exit with code 2 where the command line itself is wrong; typer's own classes are private."""
    message = getattr(fault, "format_message", None)
    if message is None:
        return
    context = getattr(fault, "ctx", None)
    if type(fault).__name__ == "NoArgsIsHelpError":
        typer.echo(message(), err=True)
        sys.exit(UsageError.exit_code)
    command = context.command_path if context is not None else "senformer"
    told = message().rstrip(".").replace("Value error, ", "")
    complain(UsageError("E120", command, told, f"{_meant_choice(told)}See {command} --help."))
    sys.exit(UsageError.exit_code)


def _meant_choice(told: str) -> str:
    """Return which of the choices that a message lists was probably meant, or nothing."""
    found = re.search(r"'([^']*)' is not one of ('.*')", told)
    close = closest(found[1], re.findall(r"'([^']*)'", found[2])) if found else None
    return "" if close is None else f"Did you mean {close!r}? "
