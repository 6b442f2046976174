"""Rows as they were read: text by column, and the line of each, so that a fault can be named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from jaxtyping import Int64

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.dataset.table.headerless import refuse_headerless


@dataclass(frozen=True)
class Origin:
    """Another file that a column comes from, and the line of each row there, from 1."""

    path: Path
    lines: Int64[np.ndarray, " row"]


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of one file.

    Attributes
    ----------
    path
        The file.
    columns
        Text of every wanted column; each an array without nulls.
    lines
        Line of each row, from 1.
    origins
        Of the columns that another file gave, where they stand.
    """

    path: Path
    columns: dict[str, pa.Array]
    lines: Int64[np.ndarray, " row"]
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, row: int, column: str | None = None) -> str:
        """Name a row, and a column of it, for a message."""
        if column is None:
            return f"{self.path} line {self.lines[row]}"
        source = self.origins.get(column, self)
        return f"{source.path} line {source.lines[row]}, column {column!r}"

    def slice(self, lo: int, hi: int) -> "Chunk":
        """Return the rows ``lo`` to ``hi``."""
        columns = {name: column.slice(lo, hi - lo) for name, column in self.columns.items()}
        origins = {name: Origin(found.path, found.lines[lo:hi]) for name, found in self.origins.items()}
        return Chunk(self.path, columns, self.lines[lo:hi], origins)

    def take(self, rows: Int64[np.ndarray, " kept"]) -> "Chunk":
        """Return some rows, of a chunk whose columns all come from its file."""
        places = pa.array(rows)
        columns = {name: column.take(places) for name, column in self.columns.items()}
        return Chunk(self.path, columns, self.lines[rows])

    def joined_with(self, columns: Mapping[str, pa.Array], origin: Origin) -> "Chunk":
        """Return the rows with further columns, which stand in another file."""
        origins = dict.fromkeys(columns, origin)
        return replace(self, columns={**self.columns, **columns}, origins={**self.origins, **origins})


def flat(texts: pa.Array) -> tuple[Int64[np.ndarray, " edge"], bytes]:
    """Return the letters of all texts end to end, and where each begins."""
    texts = texts.cast(pa.large_string())
    _, edges, data = texts.buffers()
    offsets = np.frombuffer(edges, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    raw = b"" if data is None else data.slice(offsets[0], offsets[-1] - offsets[0]).to_pybytes()
    return offsets - offsets[0], raw


def blocks(chunks: Iterable[Chunk], n_rows: int) -> Iterator[list[Chunk]]:
    """Yield the rows again, ``n_rows`` at a time; the last block may be smaller."""
    block: list[Chunk] = []
    room = n_rows
    for chunk in chunks:
        first = 0
        while first < len(chunk):
            part = chunk.slice(first, min(first + room, len(chunk)))
            block.append(part)
            first += len(part)
            room -= len(part)
            if not room:
                yield block
                block, room = [], n_rows
    if block:
        yield block


def refuse_missing(path: Path, known: Sequence[str], wanted: Iterable[str]) -> None:
    """Raise unless every wanted column is there.

    Raises
    ------
    DataError
        Names the first one that is not, and the nearest that is; or what are names look like a row.
    """
    wanted = list(wanted)
    for name in wanted:
        if name not in known:
            refuse_headerless(path, known, wanted)
            raise DataError("E486", str(path), f"has no column {name!r}", nearest(name, known))
