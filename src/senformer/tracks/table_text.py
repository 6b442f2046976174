"""The text of a track table: lines, columns and the faults in them, before anything is understood."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from senformer.core.encoding import AS_UTF8, UTF16_FOUND, is_utf16
from senformer.core.errors import DataError, MissingInputError
from senformer.core.wording import counted

# What every column means is told on the page on signal (docs/explain/signal.md).
COLUMNS = (
    "index",
    "name",
    "identifier",
    "genome",
    "file",
    "assay",
    "strand",
    "strand_pair",
    "uncovered",
    "missing_chroms",
    "clip",
    "clip_soft",
    "scale",
    "sum_stat",
    "target_order",
    "clip_extreme",
    "format",
    "options",
    "description",
)
_CLOSE = 0.8


@dataclass(frozen=True)
class Row:
    """One line of a table: where it stands, and its values by column."""

    path: Path
    line: int
    values: dict[str, str]

    def get(self, column: str, default: str = "") -> str:
        """Return the value of a column, or ``default`` where it is absent or blank."""
        return self.values.get(column, "") or default

    def refuse(self, code: str, column: str, found: str, todo: str) -> NoReturn:
        """Raise a fault of this line and column."""
        raise DataError(code, f"{self.path} line {self.line}, column {column!r}", found, todo)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a tab-separated table whose first line names the columns.

    Blank lines are passed over; a byte-order mark and Windows line ends are accepted.

    Raises
    ------
    MissingInputError
        The file is missing or unreadable.
    DataError
        It is no such table: no rows, columns separated otherwise, doubled, missing or misspelt, or a row
        of another length.
    """
    lines = [
        (number, line) for number, line in enumerate(_read_text(path).split("\n"), 1) if line.strip("\t\r ")
    ]
    if not lines:
        raise DataError("E303", str(path), "is empty", "Give a line of column names and a line per track.")
    number, header = lines[0]
    columns = [column.strip() for column in header.rstrip("\r").split("\t")]
    columns[0] = columns[0] or "index"  # Basenji's tables leave the first name blank
    _check_columns(columns, f"{path} line {number}")
    rows = [_row(path, number, line, columns) for number, line in lines[1:]]
    if not rows:
        raise DataError("E303", str(path), "holds no tracks, only column names", "Add a line per track.")
    return rows


def _read_text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if is_utf16(raw):
            raise DataError("E304", str(path), UTF16_FOUND, AS_UTF8)
        return raw.decode("utf-8-sig")
    except FileNotFoundError as fault:
        raise MissingInputError("E301", str(path), "no such file", "Check the path.") from fault
    except OSError as fault:
        raise MissingInputError(
            "E302", str(path), f"cannot be read ({fault.strerror or fault})", "Give a text file."
        ) from fault
    except UnicodeDecodeError as fault:
        raise DataError(
            "E304", f"{path} byte {fault.start}", "is no UTF-8 text", "Give a tab-separated text file."
        ) from fault


def _row(path: Path, number: int, line: str, columns: list[str]) -> Row:
    fields = [field.strip() for field in line.rstrip("\r").split("\t")]
    if len(fields) != len(columns):
        raise DataError(
            "E305",
            f"{path} line {number}",
            f"has {counted(len(fields), 'field')}, the first line names {counted(len(columns), 'column')}",
            "Separate fields with one tab each; leave a blank field between two tabs.",
        )
    return Row(path, number, dict(zip(columns, fields, strict=True)))


def _check_columns(columns: list[str], where: str) -> None:
    if len(columns) == 1:
        raise DataError(
            "E304",
            where,
            f"names one column, {columns[0][:60]!r}, where a tab-separated table is expected",
            "Separate columns with tabs; the table needs at least the columns name and file.",
        )
    doubled = [column for column in dict.fromkeys(columns) if columns.count(column) > 1]
    if doubled:
        raise DataError("E306", where, f"names column {doubled[0]!r} twice", "Leave one of them out.")
    for column in columns:
        if meant := _meant(column, columns):
            raise DataError(
                "E307",
                where,
                f"unknown column {column!r}",
                f"Did you mean {meant!r}? Else name it otherwise.",
            )
    for column, other in (("name", "identifier"), ("file", None)):
        if column not in columns and other not in columns:
            either = f"{column!r} (or {other!r})" if other else repr(column)
            raise DataError(
                "E308",
                where,
                f"column {either} is missing; it has {', '.join(columns)}",
                "Add it; a track table needs at least the columns name and file.",
            )


def _meant(column: str, columns: list[str]) -> str | None:
    """Return the known column that ``column`` looks like, if the table lacks that one."""
    if column in COLUMNS:
        return None
    plain = _plain(column)
    for known in COLUMNS:
        if known in columns:
            continue
        target = _plain(known)
        alike = difflib.SequenceMatcher(None, plain, target).ratio() >= _CLOSE
        if alike or sorted(plain) == sorted(target):
            return known
    return None


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
