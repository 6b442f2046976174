"""The text of a bedGraph file as runs: whole blocks at once, and line by line only where a block is odd.

Both ways accept the same lines; the slow one says what is wrong with a line, and where it is.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from jaxtyping import Float64, Int64

from senformer.core.encoding import AS_UTF8, UTF16_FOUND, is_utf16
from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.genome.bed import is_record
from senformer.tracks.runs import Runs, join_runs
from senformer.tracks.text_blocks import read_blocks

_COLUMNS = {"chrom": pa.string(), "start": pa.int64(), "end": pa.int64(), "value": pa.float64()}
_NUMBER = re.compile(r"[0-9]{1,18}")
_VALUE = re.compile(
    r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?(nan|inf|infinity)", re.IGNORECASE
)
# What the fast reader takes otherwise than the slow one: then the slow one decides.
_PLAIN = bytes(set(range(33, 127)) - set(b"#(")) + b"\t\n"
_ODD = (b"\n\n", b"\t0x", b"\t0X", b"-0x", b"-0X", b"+0x", b"+0X")
_OTHER = (b"\n", b"track", b"browser")
_LONGEST_BP = 2**31 - 1


class _Table(NamedTuple):
    """The rows of a block; ``codes`` says for each which of ``names`` is its chromosome."""

    names: list[str]
    codes: Int64[np.ndarray, " row"]
    starts: Int64[np.ndarray, " row"]
    ends: Int64[np.ndarray, " row"]
    values: Float64[np.ndarray, " row"]


@dataclass
class _Reading:
    """Where the reading of a file stands.

    Attributes
    ----------
    path
        The file.
    chrom, end
        Of the last interval read.
    done
        Chromosomes that have ended.
    parts
        Runs of the chromosome that is being read.
    """

    path: Path
    chrom: str = ""
    end: int = 0
    done: set[str] = field(default_factory=set)
    parts: list[Runs] = field(default_factory=list)


def parse_bedgraph(path: Path) -> Iterator[tuple[str, Runs]]:
    """Yield every chromosome of a bedGraph file with its runs, in the order of the file.

    Parameters
    ----------
    path
        Plain, gzip or bgzip text: chromosome, start, end and value on every line, separated by tabs or
        blanks; ``track``, ``browser`` and comment lines are passed over. ``nan`` is not measured.

    Raises
    ------
    DataError
        A line that is no bedGraph (E343), one out of order or overlapping (E344), or damage (E346).
    """
    reading = _Reading(path)
    for number, block in read_blocks(path, "E346"):
        table = _fast(block)
        if table is None or not _is_ordered(table, reading):
            table = _slow(block, number, reading)
        yield from _by_chromosome(table, reading)
    if reading.parts:
        yield reading.chrom, join_runs(reading.parts)
    if not reading.chrom:
        raise DataError("E343", str(path), "holds no interval", "Check that it was written whole.")


def _fast(block: bytes) -> _Table | None:
    """Return the columns of a block, or None where it is anything but plain lines of four fields."""
    if block.translate(None, _PLAIN) or any(mark in block for mark in _ODD) or block.startswith(_OTHER):
        return None
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(block),
            read_options=pa_csv.ReadOptions(column_names=list(_COLUMNS), use_threads=False),
            parse_options=pa_csv.ParseOptions(delimiter="\t", quote_char=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=_COLUMNS, null_values=[], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    chroms = table["chrom"].combine_chunks().dictionary_encode()
    codes = chroms.indices.to_numpy().astype(np.int64)
    starts, ends, values = (table[column].to_numpy() for column in ("start", "end", "value"))
    return _Table(chroms.dictionary.to_pylist(), codes, starts, ends, values)


def _is_ordered(table: _Table, reading: _Reading) -> bool:
    """Say whether intervals are sound, sorted and apart, and every chromosome in one piece."""
    starts, ends = table.starts, table.ends
    if (starts < 0).any() or (starts >= ends).any() or ends.max() > _LONGEST_BP or "" in table.names:
        return False
    is_new = np.diff(table.codes) != 0
    if (starts[1:] < ends[:-1])[~is_new].any():
        return False
    heads = [table.names[code] for code in table.codes[np.flatnonzero(np.append(True, is_new))]]
    if heads[0] == reading.chrom:
        if starts[0] < reading.end:
            return False
        heads = heads[1:]
    known = {*heads, reading.chrom}
    return len(known) == len(heads) + 1 and not reading.done & set(heads)


def _slow(block: bytes, number: int, reading: _Reading) -> _Table:
    """Return the columns of a block, line by line; raise for the first line that is wrong."""
    rows, chrom, end, done = [], reading.chrom, reading.end, set(reading.done)
    for place, raw in enumerate(block.removesuffix(b"\n").split(b"\n")):
        where = f"{reading.path} line {number + place}"
        if number + place == 1 and is_utf16(raw):
            raise DataError("E343", where, UTF16_FOUND, AS_UTF8)
        line = _text(raw, where)
        if not is_record(line):
            continue
        row = _row(line, where)
        if row[0] != chrom:
            done.add(chrom)
            if row[0] in done:
                found = f"chromosome {row[0]} goes on here, after {chrom}"
                raise DataError("E344", where, found, "Sort the file (sort -k1,1 -k2,2n).")
        elif row[1] < end:
            _refuse_order(row, end, where)
        chrom, end = row[0], row[2]
        rows.append(row)
    names = list(dict.fromkeys(row[0] for row in rows))
    codes = {name: code for code, name in enumerate(names)}
    places = np.array([codes[row[0]] for row in rows], dtype=np.int64)
    starts, ends = (np.array([row[k] for row in rows], dtype=np.int64) for k in (1, 2))
    return _Table(names, places, starts, ends, np.array([row[3] for row in rows], dtype=np.float64))


def _text(raw: bytes, where: str) -> str:
    try:
        line = raw.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError as fault:
        raise DataError("E343", where, "is no UTF-8 text", "Save the file as UTF-8.") from fault
    if "\0" in line:
        raise DataError("E343", where, "holds a NUL byte, so this is no text", "Get the file again.")
    return line


def _refuse_order(row: tuple[str, int, int, float], end: int, where: str) -> NoReturn:
    todo = "Sort the file (sort -k1,1 -k2,2n), and merge what overlaps (bedtools merge)."
    found = f"{row[0]}:{row[1]}-{row[2]} (0-based) begins before the interval above it ends, at {end}"
    raise DataError("E344", where, found, todo)


def _row(line: str, where: str) -> tuple[str, int, int, float]:
    fields = line.split("\t") if "\t" in line else line.split()
    if len(fields) != 4:
        found = f"has {counted(len(fields), 'column')}, a bedGraph has 4: chromosome, start, end, value"
        raise DataError("E343", where, found, "Mend the line, or give the file's format in the track table.")
    chrom, value = fields[0], fields[3]
    for text in fields[1:3]:
        if not _NUMBER.fullmatch(text):
            found = f"{text!r} is no coordinate"
            raise DataError("E343", where, found, "Write whole numbers from 0 on.")
    start, end = int(fields[1]), int(fields[2])
    if not chrom or chrom != chrom.strip():
        raise DataError("E343", where, f"the chromosome name is {chrom!r}", "Mend the line.")
    if end <= start or end > _LONGEST_BP:
        why = "is empty or runs backwards" if end <= start else f"ends beyond {_LONGEST_BP:,}"
        raise DataError("E343", where, f"{chrom}:{start}-{end} (0-based) {why}", "Mend the line.")
    if not _VALUE.fullmatch(value):
        raise DataError("E343", where, f"the value is {value!r}", "Write a number, or nan for not measured.")
    return chrom, start, end, float(value)


def _by_chromosome(table: _Table, reading: _Reading) -> Iterator[tuple[str, Runs]]:
    """Add the rows of a block to their chromosomes; yield every one that has ended."""
    if not len(table.codes):
        return
    cuts = [0, *(np.flatnonzero(np.diff(table.codes)) + 1).tolist(), len(table.codes)]
    with np.errstate(over="ignore"):  # beyond float32 is an infinity, which the check of tracks refuses
        values = table.values.astype(np.float32)
    for low, high in itertools.pairwise(cuts):
        name = table.names[table.codes[low]]
        if name != reading.chrom:
            if reading.parts:
                yield reading.chrom, join_runs(reading.parts)
            reading.done.add(reading.chrom)
            reading.chrom, reading.parts = name, []
        reading.parts.append(Runs(table.starts[low:high], table.ends[low:high], values[low:high]))
    reading.end = int(table.ends[-1])
