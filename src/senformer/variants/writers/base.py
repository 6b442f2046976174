"""What a format of score tables is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from senformer.variants.sheet import Sheet


def _no_check(variants: Path | None, columns: list[str]) -> None:
    pass


@dataclass(frozen=True)
class Writer:
    """One format.

    Attributes
    ----------
    name
        Its name in ``WRITERS``.
    endings
        Of its files.
    write
        Writes a sheet into the temporary file that it is given, which has the ending of the final one.
    has_layouts
        Whether it can be wide as well as long.
    check
        ``(variants, columns)``: refuses what could not be written in the end.
    """

    name: str
    endings: tuple[str, ...]
    write: Callable[[Path, Sheet], None]
    has_layouts: bool = False
    check: Callable[[Path | None, list[str]], None] = _no_check
