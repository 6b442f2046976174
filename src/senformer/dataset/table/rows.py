"""All rows of a table dataset, file after file, whatever the format."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from senformer.core.errors import ConfigError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import RowsFile, TableConfig
from senformer.dataset.table.delimited import read_delimited
from senformer.dataset.table.fasta import read_fasta_rows
from senformer.genome.files import local_file, read_lines


def wanted_columns(config: TableConfig) -> list[str]:
    """Return every column that the configuration names, each once."""
    names = [config.id, *(config.sequence or {}).values()]
    if config.locus is not None:
        names += [config.locus.chrom, config.locus.start, config.locus.end, config.locus.strand]
    names += [value.column or name for name, value in config.values.items()]
    for extra in config.inputs.values():
        names += extra.columns or []
    split = config.split
    names += [split.column, split.chrom, split.start, split.end]
    return list(dict.fromkeys(name for name in names if name is not None))


def read_rows(config: TableConfig) -> Iterator[Chunk]:
    """Yield the wanted columns of all rows, in the order of the files and of their lines.

    Raises
    ------
    MissingInputError
        A file is missing or unreadable.
    DataError
        A file is damaged or lacks a column.
    ConfigError
        A file adds a column that nothing uses.
    """
    wanted = wanted_columns(config)
    for source in config.rows:
        path = local_file(source.file, "E485")
        for name in source.columns:
            if name not in wanted:
                found = f"adds column {name!r}, which nothing in the configuration uses"
                raise ConfigError("E107", f"dataset.rows {source.file}", found, "Name it, or leave it out.")
        read = read_fasta_rows if is_fasta(path) else read_delimited
        for chunk in read(path, [name for name in wanted if name not in source.columns]):
            yield _with_added(chunk, source)


def is_fasta(path: Path) -> bool:
    """Say whether the first line that is not blank begins a FASTA record."""
    return next((text for _, text in read_lines(path, "E487") if text.strip()), "").startswith(">")


def _with_added(chunk: Chunk, source: RowsFile) -> Chunk:
    added = {name: pa.repeat(str(value), len(chunk)) for name, value in source.columns.items()}
    return Chunk(chunk.path, {**chunk.columns, **added}, chunk.lines)
