"""The folder of a build: whose it is, what it was begun from, and emptied where nothing may stay."""

from pathlib import Path
from typing import Any

from senformer.core.commit import is_leftover, refuse_existing, remove
from senformer.core.errors import OutputError
from senformer.dataset import layout
from senformer.dataset.manifest import check_dataset, read_json


def refuse_foreign(out: Path) -> None:
    """Refuse a folder that holds anything but an unfinished or finished build.

    Raises
    ------
    OutputError
        There is something else.
    DataError
        It is a finished build that lost its ``dataset.json``.
    """
    if out.is_dir() and not (out / layout.HEADER).is_file():
        if all(is_leftover(child) for child in out.iterdir()):
            return
        if (out / layout.DONE).is_file() and (out / layout.MANIFEST).is_file():
            check_dataset(out, verify=False)
    elif out.is_dir():
        return
    refuse_existing(out)


def refuse_other(out: Path, header: dict[str, Any]) -> None:
    """Refuse to go on in a folder that was begun from something else.

    Raises
    ------
    OutputError
        Names the first values of ``dataset.json`` that differ.
    """
    found = read_json(out / layout.HEADER)
    differs = list(_differences(found, header))
    if differs:
        shown = "; ".join(differs[:3]) + (f"; and {len(differs) - 3} more" if len(differs) > 3 else "")
        raise OutputError(
            "E804",
            str(out),
            f"the output folder holds a dataset made from something else: {shown}",
            "Choose another --out, or remove it first.",
        )


def _differences(old: Any, new: Any, name: str = "") -> Any:
    """Yield each value that differs, as ``name: old, now new``."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differences(old.get(key), new.get(key), f"{name}.{key}" if name else key)
    elif old != new:
        short = [repr(value) if len(repr(value)) < 60 else "..." for value in (old, new)]
        yield f"{name} was {short[0]}, now {short[1]}"


def clear_folder(out: Path) -> None:
    """Empty the folder of a build but for its lock."""
    for child in out.iterdir():
        if child.name != layout.LOCK:
            remove(child)
