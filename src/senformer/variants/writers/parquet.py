"""Score tables as parquet. Under ``parquet`` in ``WRITERS``."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from senformer.core.schema import TableSchema
from senformer.variants.part_file import open_parquet
from senformer.variants.sheet import Sheet
from senformer.variants.writers.base import Writer


def write_parquet(path: Path, sheet: Sheet) -> None:
    """Write a sheet, long or wide, with units and meanings as field metadata."""
    write_parquet_tables(path, sheet.tables(), sheet.schema if sheet.layout == "long" else sheet.wide_schema)


def write_parquet_tables(path: Path, tables: Iterable[pa.Table], schema: TableSchema) -> None:
    """Write tables of one schema; their text is dictionary-encoded."""
    with open_parquet(path, schema) as writer:
        for table in tables:
            writer.write_table(table.cast(writer.schema))


PARQUET = Writer("parquet", (".parquet",), write_parquet, has_layouts=True)
