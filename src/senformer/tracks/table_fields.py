"""What the fields of a track table mean: one function per kind of field, every fault with its line."""

import math
from collections.abc import Sequence
from pathlib import Path

from senformer.core.config import meant
from senformer.genome.files import is_url
from senformer.genome.interval import STRANDS
from senformer.tracks.formats import DEFAULT, OPTIONS, format_of_name
from senformer.tracks.options import parse_options
from senformer.tracks.table_text import Row
from senformer.tracks.track import ALL_TRACKS, NO_ASSAY

_BLANK = ("nan", "na", "none")


def name_of(row: Row) -> str:
    """Return the track's name: ``name``, or Basenji's ``identifier``."""
    name = row.get("name") or row.get("identifier")
    if not name:
        row.refuse("E309", "name", "is blank", "Give every track a name.")
    return name


def file_of(row: Row, base: Path) -> Path:
    """Return the signal file, relative to ``base`` unless it is absolute."""
    file = row.get("file")
    if not file:
        row.refuse("E309", "file", "is blank", "Give the path of the signal file.")
    if is_url(file):
        row.refuse("E321", "file", f"{file!r} is a URL; only local files are read", "Download it first.")
    return base / file


def format_of(row: Row) -> str:
    """Return the format of the signal file: its own column, or what the file's ending says, or bigWig."""
    said = format_of_name(row.get("file"))
    given = choice(row, "format", (*OPTIONS, ""), "") or said or DEFAULT
    if said not in (given, None):
        found = f"is {given!r}, and the ending of {row.get('file')!r} says {said}"
        row.refuse("E348", "format", found, "Mend the format, or rename the file.")
    return given


def options_of(row: Row, format: str) -> str:
    """Return the options of the format, checked."""
    text = row.get("options")
    parse_options(OPTIONS[format], text, f"{row.path} line {row.line}, column 'options'")
    return text


def assay_of(row: Row) -> str:
    """Return the assay: its own column, or what stands before the first colon of the description."""
    before, colon, _ = row.get("description").partition(":")
    assay = row.get("assay") or (before.strip() if colon and before.strip() else NO_ASSAY)
    if assay == ALL_TRACKS:
        column = "assay" if row.get("assay") else "description"
        found = f"gives the assay {assay!r}, which is how results name all tracks"
        row.refuse("E310", column, found, "Call the assay otherwise.")
    return assay


def strand_of(row: Row, is_paired: bool) -> str:
    """Return the strand: its own column, or the last letter of a paired track's name (Basenji)."""
    given = choice(row, "strand", (*STRANDS, ""), "")
    if given in ("+", "-") and not is_paired:
        # Its own pair, it would be taught to the other strand whenever a window is reverse-complemented.
        row.refuse(
            "E316",
            "strand",
            f"is {given!r}, and no other track is its strand_pair",
            "Add the other strand's track and strand_pair to both, or set strand to '.'.",
        )
    last = name_of(row)[-1]
    return given or (last if is_paired and last in "+-" else ".")


def choice(row: Row, column: str, allowed: Sequence[str], default: str) -> str:
    """Return a value that must be one of ``allowed``."""
    value = row.get(column, default)
    if value not in allowed:
        known = ", ".join(name for name in allowed if name)
        todo = meant(value, filter(None, allowed))
        row.refuse("E310", column, f"is {value!r}; allowed are {known}", todo)
    return value


def number(row: Row, column: str) -> float | None:
    """Return a finite number, or None where the field is blank."""
    text = row.get(column)
    if not text or text.lower() in _BLANK:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        row.refuse("E311", column, f"is {text!r}; a finite number is allowed, or blank", "Mend the value.")
    return value


def bound(row: Row, column: str) -> float | None:
    """Return a clip: a number above 0, or None."""
    value = number(row, column)
    if value is not None and value <= 0:
        row.refuse("E311", column, f"is {value:g}; a number above 0 is allowed, or blank", "Mend the value.")
    return value


def scale_of(row: Row) -> float:
    """Return the factor of every bin, 1 where the field is blank; below 0 it turns negative signal over."""
    value = number(row, "scale")
    if value == 0:
        row.refuse("E311", "scale", "is 0, which would erase the signal", "Mend the value.")
    return 1.0 if value is None else value


def refuse_two_genomes(rows: Sequence[Row]) -> None:
    """Refuse a table whose ``genome`` column (Basenji: 0 human, 1 mouse) holds two values."""
    for row in rows:
        if row.get("genome") != rows[0].get("genome"):
            row.refuse(
                "E312",
                "genome",
                f"is {row.get('genome')!r}, line {rows[0].line} has {rows[0].get('genome')!r}",
                "Make one table per genome.",
            )


def refuse_doubled(rows: Sequence[Row]) -> None:
    """Refuse two tracks of one name."""
    first: dict[str, int] = {}
    for row in rows:
        name = name_of(row)
        if name in first:
            column = "name" if row.get("name") else "identifier"
            row.refuse("E313", column, f"{name!r} is the name in line {first[name]} too", "Rename one.")
        first[name] = row.line


def pairs_of(rows: Sequence[Row]) -> list[int]:
    """Return the place of every row's other strand, its own where there is none.

    ``strand_pair`` names a value of the ``index`` column, which need not count from 0 (rows may have been
    taken out of a larger table).
    """
    labels = [_label(row.get("index", str(place))) for place, row in enumerate(rows)]
    places: dict[str, int] = {}
    for place, (row, label) in enumerate(zip(rows, labels, strict=True)):
        if label in places:
            row.refuse("E313", "index", f"{label!r} is in line {rows[places[label]].line} too", "Renumber.")
        places[label] = place
    pairs = []
    for place, (row, label) in enumerate(zip(rows, labels, strict=True)):
        wanted = _label(row.get("strand_pair", label))
        if wanted not in places:
            row.refuse(
                "E314", "strand_pair", f"no row has index {wanted!r}", "Give the other strand's index."
            )
        pairs.append(places.get(wanted, place))
    _refuse_uneven(rows, pairs)
    return pairs


def _refuse_uneven(rows: Sequence[Row], pairs: Sequence[int]) -> None:
    for place, (row, pair) in enumerate(zip(rows, pairs, strict=True)):
        other = rows[pair]
        if pairs[pair] != place:
            row.refuse(
                "E315",
                "strand_pair",
                f"names line {other.line}, which names line {rows[pairs[pair]].line} as its own pair",
                "Let the two strands name each other.",
            )
        strand = row.get("strand")
        if pair != place and strand in ("+", "-") and strand == other.get("strand"):
            row.refuse(
                "E315", "strand_pair", f"pairs strand {strand} with line {other.line} of the same strand",
                "Pair a + track with its - track.",
            )  # fmt: skip


def _label(text: str) -> str:
    """Return an index as its plain number: pandas writes 1 as 1.0 in a column with gaps."""
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() else text
