"""A user's file of sequences: FASTA or a table with a header line, checked, then read piece by piece."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk, blocks, refuse_missing
from senformer.dataset.table.encode import letters
from senformer.dataset.table.fasta import N_RECORDS
from senformer.dataset.table.headerless import refuse_headerless
from senformer.dataset.table.row_file import column_names, is_fasta, read_row_file
from senformer.genome.files import local_file
from senformer.genome.sequence import count_iupac

_ID = "id"
_READ_BP = 1 << 22


@dataclass(frozen=True)
class SequenceFile:
    """Where sequences and their names stand.

    Attributes
    ----------
    path
        The file.
    column
        Of the sequences.
    id
        Column of their names; None: rows are numbered from 0, as those of a table are.
    """

    path: Path
    column: str
    id: str | None

    @property
    def _wanted(self) -> list[str]:
        return [self.column] if self.id in (None, self.column) else [str(self.id), self.column]

    def chunks(self, window_bp: int) -> Iterator[Chunk]:
        """Yield the rows as they are read: fewer at once where windows are long.

        Raises
        ------
        DataError
            The file is damaged.
        """
        n_records = int(np.clip(_READ_BP // window_bp, 1, N_RECORDS))
        return read_row_file(self.path, self._wanted, n_records)

    def blocks(self, n_rows: int, window_bp: int) -> Iterator[tuple[list[Chunk], list[str]]]:
        """Yield the rows, so many at a time, with their names; raises as :meth:`chunks`."""
        first = 0
        for chunks in blocks(self.chunks(window_bp), n_rows):
            n = sum(map(len, chunks))
            names = [str(number) for number in range(first, first + n)]
            if self.id is not None:
                names = [text for chunk in chunks for text in chunk.columns[self.id].to_pylist()]
            yield chunks, names
            first += n


@dataclass(frozen=True)
class SequenceCounts:
    """Lengths of sequences and letters in them.

    Attributes
    ----------
    lengths
        How many sequences have how many bases.
    iupac
        Letters that are read as N, N itself not among them.
    """

    lengths: Counter[int] = field(default_factory=Counter)
    iupac: Counter[str] = field(default_factory=Counter)

    def add(self, chunk: Chunk, column: str) -> None:
        """Count the sequences of some rows."""
        self.lengths.update(np.asarray(pc.utf8_length(chunk.columns[column])).tolist())
        self.iupac.update(count_iupac(letters(chunk, column)[1]))

    @property
    def n(self) -> int:
        """Number of sequences."""
        return self.lengths.total()

    @property
    def longest_bp(self) -> int:
        """Bases of the longest."""
        return max(self.lengths)

    def facts(self, window_bp: int) -> dict[str, Any]:
        """Return the counts for a window: sequences, those that are padded, and those that are cropped."""
        return {
            "n_sequences": self.n,
            "n_padded": sum(n for bp, n in self.lengths.items() if bp < window_bp),
            "n_cropped": sum(n for bp, n in self.lengths.items() if bp > window_bp),
            "iupac_bases": dict(sorted(self.iupac.items())),
        }


def open_sequences(path: Path, column: str | None = None, id_column: str | None = None) -> SequenceFile:
    """Find the columns of a file of sequences.

    Parameters
    ----------
    path
        FASTA or a table with a header line, plain or gzip; content decides.
    column
        Of the sequences; by default ``sequence``, as FASTA gives it.
    id_column
        Of their names; by default ``id`` where there is one, which in FASTA is the header's first word.

    Raises
    ------
    MissingInputError
        There is no such file.
    DataError
        It is damaged or empty, or has no such column.
    """
    path = local_file(path, "E485")
    known = column_names(path)
    if column is None and "sequence" not in known:
        refuse_headerless(path, known, ["sequence"])
        found = f"has no column 'sequence', but {', '.join(known)}"
        raise DataError("E486", str(path), found, "Name that of the sequences with --column.")
    column = column or "sequence"
    refuse_missing(path, known, [column, *([id_column] if id_column is not None else [])])
    if id_column is None and (_ID in known or is_fasta(path)):
        id_column = _ID
    return SequenceFile(path, column, id_column)
