"""All rows of a table dataset, file after file, whatever the format."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from senformer.core.errors import ConfigError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import RowsFile, TableConfig
from senformer.dataset.table.join import Joins
from senformer.dataset.table.row_file import read_row_file
from senformer.genome.files import local_file


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


def read_rows(config: TableConfig, unmatched: Counter[str] | None = None) -> Iterator[Chunk]:
    """Yield the wanted columns of all rows, in the order of the files and of their lines.

    Parameters
    ----------
    config
        The configuration.
    unmatched
        Where to count, at the end, what joins leave out: ``rows`` whose name the joined file lacks, and
        names of a ``joined`` file that no row has.

    Raises
    ------
    MissingInputError
        A file is missing or unreadable.
    DataError
        A file is damaged or lacks a column, or names of rows and of a joined file do not match.
    ConfigError
        A file adds a column that nothing uses.
    """
    wanted = wanted_columns(config)
    joins = Joins(config.id, wanted)
    for source in config.rows:
        path = local_file(source.file, "E485")
        for name in source.columns:
            if name not in wanted:
                found = f"adds column {name!r}, which nothing in the configuration uses"
                raise ConfigError("E107", f"dataset.rows {source.file}", found, "Name it, or leave it out.")
        needed = [name for name in wanted if name not in source.columns]
        for chunk in _read_source(source, path, needed, joins):
            if len(chunk):
                yield _with_added(chunk, source)
    for count in joins.finish():
        if unmatched is not None:
            unmatched.update(count)


def _read_source(source: RowsFile, path: Path, needed: list[str], joins: Joins) -> Iterator[Chunk]:
    if source.join is None:
        yield from read_row_file(path, needed)
        return
    joined = joins.of(source.join)
    own, taken = joined.begin(path, needed)
    for chunk in read_row_file(path, own):
        yield joined.attach(chunk, taken)


def _with_added(chunk: Chunk, source: RowsFile) -> Chunk:
    added = {name: pa.repeat(str(value), len(chunk)) for name, value in source.columns.items()}
    return replace(chunk, columns={**chunk.columns, **added})
