"""One file of rows, whatever its format: told apart by content."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.delimited import read_delimited, read_header
from senformer.dataset.table.fasta import N_RECORDS, fasta_columns, read_fasta_rows
from senformer.genome.files import read_lines


def is_fasta(path: Path) -> bool:
    """Say whether the first line that is not blank begins a FASTA record."""
    return next((text for _, text in read_lines(path, "E487") if text.strip()), "").startswith(">")


def read_row_file(path: Path, wanted: Sequence[str], n_records: int = N_RECORDS) -> Iterator[Chunk]:
    """Yield the wanted columns of a table, some megabytes at a time, or of so many records of a FASTA file.

    Raises
    ------
    DataError
        The file is damaged or lacks a column.
    """
    return read_fasta_rows(path, wanted, n_records) if is_fasta(path) else read_delimited(path, wanted)


def column_names(path: Path) -> list[str]:
    """Return the columns of a table, or those that the first header of a FASTA file gives.

    Raises
    ------
    DataError
        The file is damaged or has no header.
    """
    return fasta_columns(path) if is_fasta(path) else read_header(path)[0]
