"""Rows of a tab- or comma-separated table with a header line, streamed as text."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk, refuse_missing
from senformer.dataset.table.headerless import refuse_headerless
from senformer.genome.bgzf import check_end, is_bgzf, is_gzip
from senformer.genome.files import is_read_failure, read_failure, read_lines

_BLOCK_BYTES = 1 << 24


class _CountingReader(io.RawIOBase):
    """A file whose lines are counted as they go by."""

    def __init__(self, handle: io.BufferedIOBase) -> None:
        self._handle, self._last = handle, b"\n"
        self.n_lines = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self._handle.read(size)
        self.n_lines += part.count(b"\n")
        if part:
            self._last = part[-1:]
        elif self._last != b"\n":
            self.n_lines, self._last = self.n_lines + 1, b"\n"
        return part


def read_delimited(path: Path, wanted: Sequence[str], block_bytes: int = _BLOCK_BYTES) -> Iterator[Chunk]:
    """Yield the wanted columns of a table, some megabytes of rows at a time.

    The separator is a tab where the header line has one, else a comma. Blank lines are passed over.

    Raises
    ------
    DataError
        No header, a column that is missing or stands twice, a line with another number of fields, a
        quotation mark that is not closed, no UTF-8 text, or a damaged file.
    StorageError
        The disk failed.
    """
    header, separator = read_header(path)
    refuse_missing(path, header, wanted)
    line = 2
    try:
        if is_bgzf(path):
            check_end(path)
        with gzip.open(path) if is_gzip(path) else open(path, "rb") as handle:
            counted = _CountingReader(handle)
            for batch in _open(counted, header, wanted, separator, block_bytes):
                lines = np.arange(line, line + len(batch), dtype=np.int64)
                line += len(batch)
                yield from _without_blanks(path, batch, wanted, lines)
        if line - 1 != counted.n_lines:
            found = (
                f"{counted.n_lines} lines gave {line - 1} rows: a quotation mark is not closed in its line"
            )
            raise DataError("E487", str(path), found, "Close it, or remove it.")
    except (OSError, EOFError, zlib.error, pa.ArrowInvalid) as fault:
        raise _as_error(path, line, fault) from fault


def read_header(path: Path) -> tuple[list[str], str]:
    """Return the names of a table's columns and its separator.

    Raises
    ------
    DataError
        There is no header, it cannot be told apart into columns, or a name stands twice.
    """
    text = next((text for _, text in read_lines(path, "E487")), "")
    separator = "\t" if "\t" in text else ","
    try:
        names = [name.strip() for name in next(csv.reader([text], delimiter=separator), [])]
    except csv.Error as fault:
        todo = "End every line with a line feed, and close quotation marks."
        raise DataError("E487", f"{path} line 1", f"names no columns ({fault})", todo) from fault
    if not any(names):
        is_blank = all(not line.strip() for _, line in read_lines(path, "E487"))
        where = str(path) if is_blank else f"{path} line 1"
        raise DataError("E487", where, "is empty", "Give FASTA, or a table whose first line names columns.")
    if len(names) == 1 and ";" in names[0]:
        found, todo = (
            "separates columns by semicolons",
            "Save it with tabs or commas, and with decimal points.",
        )
        raise DataError("E487", f"{path} line 1", found, todo)
    for place, name in enumerate(names):
        if name in names[:place]:
            refuse_headerless(path, names)
            raise DataError("E487", f"{path} line 1", f"names column {name!r} twice", "Rename one.")
    return names, separator


def _open(
    handle: io.RawIOBase, header: list[str], wanted: Sequence[str], separator: str, block_bytes: int
) -> Any:
    return pyarrow.csv.open_csv(
        handle,
        # One thread: only then does a fault name its row.
        pyarrow.csv.ReadOptions(use_threads=False, block_size=block_bytes, column_names=header, skip_rows=1),
        pyarrow.csv.ParseOptions(delimiter=separator, ignore_empty_lines=False),
        pyarrow.csv.ConvertOptions(
            column_types={name: pa.string() for name in wanted},
            include_columns=list(wanted),
            strings_can_be_null=False,
        ),
    )


def _without_blanks(
    path: Path, batch: pa.RecordBatch, wanted: Sequence[str], lines: np.ndarray
) -> Iterator[Chunk]:
    columns = {name: batch.column(name) for name in wanted}
    is_blank = np.ones(len(batch), dtype=bool)
    for column in columns.values():
        is_blank &= np.asarray(pa.compute.equal(pa.compute.binary_length(column), 0))
    if is_blank.any():
        _refuse_part_blank(path, wanted, set(lines[is_blank].tolist()))
        kept = np.flatnonzero(~is_blank)
        columns = {name: column.take(pa.array(kept)) for name, column in columns.items()}
        lines = lines[kept]
    if len(lines):
        yield Chunk(path, columns, lines)


def _refuse_part_blank(path: Path, wanted: Sequence[str], suspects: set[int]) -> None:
    """Raise where a line that is empty in all wanted columns has something in others."""
    last = max(suspects)
    for number, text in read_lines(path, "E487"):
        if number in suspects and text.strip('\t, "'):
            raise DataError(
                "E487",
                f"{path} line {number}",
                f"is empty in every column that is read ({', '.join(wanted)})",
                "Fill the line, or remove it.",
            )
        if number >= last:
            return


def _as_error(path: Path, line: int, fault: Exception) -> Exception:
    where = f"{path} after line {line - 1}"
    if isinstance(fault, pa.ArrowInvalid):
        return DataError("E487", where, f"is no such table ({fault})", "Mend the line, or save it as UTF-8.")
    if is_read_failure(fault):
        return read_failure(where, fault)
    return DataError("E487", where, f"the file is damaged or cut short ({fault})", "Get it again.")
