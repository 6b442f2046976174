"""Where the other package is: enformer-pytorch, in this interpreter or in one of its own."""

import importlib.util
import logging
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import senformer
from senformer.core.errors import UsageError

log = logging.getLogger(__name__)
VARIABLE = "SENFORMER_PEER_PYTHON"
_PEERS = Path(".venv-peers/bin/python")
_MODULE = "enformer_pytorch"
# What to do where the package is nowhere.
ADVICE = (
    f"pip install enformer-pytorch in an environment of its own, and name that: --peer-python or {VARIABLE}"
)


def _has_module(python: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({_MODULE!r}) is None)"
    try:
        return subprocess.run([python, "-c", code], check=False, capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


def source_tree() -> Path | None:
    """Return the repository that senformer runs from, or None where it is installed as usual."""
    package = Path(senformer.__file__).resolve().parent
    project = package.parents[1] / "pyproject.toml"
    if package.parent.name != "src" or not project.is_file():
        return None
    name = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {}).get("name")
    return project.parent if name == package.name else None


def _peers_beside() -> str | None:
    """Return the interpreter that ``make peers`` sets up, in our own repository alone."""
    root = source_tree()
    return str(root / _PEERS) if root is not None and (root / _PEERS).exists() else None


def find_peer(given: str | None) -> str | None:
    """Return an interpreter that has enformer-pytorch, or None.

    Parameters
    ----------
    given
        The interpreter that the user named; without it the environment variable
        ``SENFORMER_PEER_PYTHON``, this interpreter and, where senformer runs from its repository,
        ``.venv-peers/bin/python`` there are asked in turn.

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
    beside = _peers_beside()
    return beside if beside is not None and _has_module(beside) else None


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
            f"Do this: {ADVICE}.",
        )
