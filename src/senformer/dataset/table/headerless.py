"""A table without a line of names: its first row stands where they belong."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from senformer.core.errors import DataError

# Shorter words of these letters may be names.
_SEQUENCE = re.compile(r"[ACGTUN]{8,}", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_SHOWN_LETTERS = 20


def refuse_headerless(path: Path, names: Collection[str], wanted: Iterable[str] = ()) -> None:
    """Raise where the names of a table's columns are sequences or numbers, and none of them is wanted.

    Numbers may name columns: call this where something is wrong with the names.

    Raises
    ------
    DataError
        Names the cell that is no name (E486).
    """
    wanted = list(wanted)
    cells = [f"{_shown(name)} is a {kind}" for name in names if (kind := _kind(name))]
    if not cells or not set(wanted).isdisjoint(names):
        return
    lacking = f"has no column {wanted[0]!r}, and " if wanted else ""
    found = f"{lacking}its first line looks like a row, not like names of columns: {cells[0]}"
    todo = f"Put a line with the names of its {len(names)} columns first, separated as they are."
    raise DataError("E486", str(path), found, todo)


def _kind(name: str) -> str | None:
    if _SEQUENCE.fullmatch(name):
        return "sequence"
    return "number" if _NUMBER.fullmatch(name) else None


def _shown(name: str) -> str:
    return repr(name if len(name) <= _SHOWN_LETTERS else f"{name[:_SHOWN_LETTERS]}...")
