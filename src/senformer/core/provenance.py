"""``run.json``: what was run, on what, with which versions, so that a result can be made again."""

import datetime
import importlib.metadata
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from senformer.core.commit import sha256, write_json

_PACKAGES = ("senformer", "torch", "numpy", "zarr", "pysam", "pybigtools", "pandas", "pyarrow")
FILE = "run.json"


def _git(*arguments: str) -> str | None:
    """Return what git says in the folder of this file, or None where it fails."""
    here = Path(__file__).resolve().parent
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(here), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _git_facts() -> dict[str, Any]:
    """Return commit and state of our own source; an installed copy may lie inside another repository."""
    if _git("ls-files", "--error-unmatch", Path(__file__).name) is None:
        return {"commit": None, "dirty": None}
    status = _git("status", "--porcelain")
    return {"commit": _git("rev-parse", "HEAD"), "dirty": bool(status) if status is not None else None}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def describe_input(path: str | os.PathLike) -> dict[str, Any]:
    """Return path, size in bytes and SHA-256 of an input file (of a folder: of its ``DONE.json``)."""
    path = Path(path)
    file = path / "DONE.json" if path.is_dir() else path
    if not file.is_file():
        return {"path": str(path)}
    return {"path": str(path), "bytes": file.stat().st_size, "sha256": sha256(file)}


def make_record(
    command: str,
    *,
    config: dict[str, Any] | None = None,
    seed: int | None = None,
    inputs: Mapping[str, str | os.PathLike] | None = None,
    **facts: Any,
) -> dict[str, Any]:
    """Describe a run: command, resolved config, seed, inputs with hashes, versions, commit, host.

    Parameters
    ----------
    command
        The verb (``build``, ``train``...); the whole command line is taken from the process.
    config, seed, inputs
        The resolved configuration, the run's seed, and named input paths.
    facts
        Further values to keep, counts for instance.
    """
    return {
        "format": 1,
        "command": command,
        "command_line": shlex.join(["senformer", *sys.argv[1:]]),
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "config": config,
        "inputs": {name: describe_input(path) for name, path in (inputs or {}).items()},
        "versions": versions(),
        **_git_facts(),
        "host": {
            "system": platform.platform(),
            "machine": platform.machine(),
            "cpus": os.cpu_count(),
        },
        **facts,
    }


def write_record(folder: str | os.PathLike, command: str, **facts: Any) -> None:
    """Write :func:`make_record` as ``run.json`` into ``folder``."""
    write_json(Path(folder) / FILE, make_record(command, **facts))
