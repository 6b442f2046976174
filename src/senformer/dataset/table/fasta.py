"""Rows of a FASTA file: what its header says as columns, and the sequence; streamed, without an index."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.genome.files import read_lines

SEQUENCE = "sequence"
N_RECORDS = 8192


def read_fasta_rows(path: Path, wanted: Sequence[str], n_rows: int = N_RECORDS) -> Iterator[Chunk]:
    """Yield the wanted columns of a FASTA file, ``n_rows`` records at a time.

    Columns: ``sequence``; ``header`` (all of it); ``id`` (its first word); ``word_2``, ``word_3``... (the
    others); and ``NAME`` for a word ``NAME=text``. Header and sequence may hold white space at their ends.

    Raises
    ------
    DataError
        A line before the first header, a header that lacks a wanted column, or a damaged file.
    """
    names = list(wanted)
    found: list[list[str]] = []
    lines: list[int] = []
    for number, header, sequence in _records(path):
        found.append(_fields(path, number, header, sequence, names))
        lines.append(number)
        if len(lines) == n_rows:
            yield _chunk(path, names, found, lines)
            found, lines = [], []
    if lines:
        yield _chunk(path, names, found, lines)


def _records(path: Path) -> Iterator[tuple[int, str, str]]:
    first, header, parts = 0, "", list[str]()
    for number, text in read_lines(path, "E487"):
        if text.startswith(">"):
            if first:
                yield first, header, "".join(parts)
            first, header, parts = number, text[1:].strip(), []
        elif not first and text.strip():
            raise DataError(
                "E487", f"{path} line {number}", "stands before any header (>)", "Get a FASTA file."
            )
        else:
            parts.append(text.strip())
    if first:
        yield first, header, "".join(parts)


def fasta_columns(path: Path) -> list[str]:
    """Return the columns that the first header of a FASTA file gives.

    Raises
    ------
    DataError
        As :func:`read_fasta_rows`.
    """
    return next((list(_known(header, sequence)) for _, header, sequence in _records(path)), [])


def _known(header: str, sequence: str) -> dict[str, str]:
    words = header.split()
    known = {"header": header, SEQUENCE: sequence}
    known |= {"id" if place == 1 else f"word_{place}": word for place, word in enumerate(words, 1)}
    return known | dict(word.split("=", 1) for word in words if "=" in word)


def _fields(path: Path, line: int, header: str, sequence: str, names: list[str]) -> list[str]:
    known = _known(header, sequence)
    for name in names:
        if name not in known:
            where = f"{path} line {line}"
            shown = ", ".join(sorted(known))
            raise DataError("E486", where, f"the header gives no column {name!r}", f"It gives {shown}.")
    return [known[name] for name in names]


def _chunk(path: Path, names: list[str], rows: list[list[str]], lines: list[int]) -> Chunk:
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
    return Chunk(path, columns, np.array(lines, dtype=np.int64))
