"""The output of a scoring job: which format, refused before any work or written in the end."""

from pathlib import Path

from senformer.core.commit import commit_file
from senformer.core.errors import UsageError
from senformer.variants.sheet import Sheet
from senformer.variants.writers import WRITERS, Writer

LAYOUTS = ("long", "wide")


def score_format(path: Path) -> Writer:
    """Return what writes files of the ending of ``path``.

    Raises
    ------
    UsageError
        Another ending.
    """
    for writer in WRITERS.values():
        if any(path.name.endswith(ending) and path.name != ending for ending in writer.endings):
            return writer
    known = ", ".join(ending for writer in WRITERS.values() for ending in writer.endings)
    raise UsageError("E753", str(path), "the file ending names no known format", f"Use one of {known}.")


def check_output(path: Path, layout: str, variants: Path | None, columns: list[str]) -> None:
    """Refuse an output that could not be written in the end, before any work.

    Parameters
    ----------
    path, layout
        What is asked for.
    variants
        The file of variants; None where they came as a frame.
    columns
        Columns of the scores.

    Raises
    ------
    UsageError
        Another ending (E753), or a layout that there is not or that the format does not have (E762); or as
        the format's own check says.
    """
    writer = score_format(path)
    allowed = LAYOUTS if writer.has_layouts else LAYOUTS[:1]
    if layout not in allowed:
        found = f"is {layout!r}; {writer.name} has {' and '.join(allowed)}"
        raise UsageError("E762", "--layout", found, "Choose another, or write parquet or TSV.")
    writer.check(variants, columns)


def write_scores(path: Path, sheet: Sheet) -> None:
    """Write a sheet into ``path``, by its ending; the bytes depend on the parts alone."""
    writer = score_format(path)
    commit_file(path, lambda temporary: writer.write(temporary, sheet))
