"""Where the other package is: enformer-pytorch, in this interpreter or in one of its own."""

import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

from senformer.core.errors import UsageError

log = logging.getLogger(__name__)
VARIABLE = "SENFORMER_PEER_PYTHON"
_BESIDE = Path(".venv-peers/bin/python")
_MODULE = "enformer_pytorch"


def _has_module(python: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({_MODULE!r}) is None)"
    try:
        return subprocess.run([python, "-c", code], check=False, capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


def find_peer(given: str | None) -> str | None:
    """Return an interpreter that has enformer-pytorch, or None.

    Parameters
    ----------
    given
        The interpreter that the user named; without it the environment variable
        ``SENFORMER_PEER_PYTHON``, this interpreter and ``.venv-peers/bin/python`` are asked in turn.

    Raises
    ------
    UsageError
        The interpreter that was named lacks it.
    """
    named = given or os.environ.get(VARIABLE)
    if named:
        if not _has_module(named):
            raise UsageError(
                "E131",
                "--peer-python" if given else VARIABLE,
                f"{named} does not run or does not have {_MODULE}",
                "Install enformer-pytorch there, or name another interpreter.",
            )
        return named
    if importlib.util.find_spec(_MODULE) is not None:
        return sys.executable
    return str(_BESIDE) if _BESIDE.exists() and _has_module(str(_BESIDE)) else None


def require_peer(found: str | None, wanted: bool | None) -> None:
    """Raise where the user asked for the peer and there is none.

    Raises
    ------
    UsageError
        So it is.
    """
    if wanted and found is None:
        raise UsageError(
            "E132",
            "--peer",
            f"no interpreter with {_MODULE} was found",
            f"Run 'make peers', or name one with --peer-python or {VARIABLE}.",
        )
