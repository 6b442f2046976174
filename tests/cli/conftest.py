"""The command line, called as a user calls it, in this process."""

import logging
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from senformer.cli.main import main


class Answer(NamedTuple):
    """Exit code, standard output and standard error of one call."""

    code: int
    out: str
    err: str


@pytest.fixture
def senformer(monkeypatch, capsys) -> Iterator[Callable[..., Answer]]:
    """Return a function that runs one command line; the package's logger is put back afterwards."""
    logger = logging.getLogger("senformer")
    found = logger.handlers, logger.level, logger.propagate

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["senformer", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return Answer(int(stopped.value.code or 0), printed.out, printed.err)

    yield run
    logger.handlers, logger.level, logger.propagate = found
