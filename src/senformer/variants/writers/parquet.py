"""Score tables as parquet. Under ``parquet`` in ``WRITERS``."""

from pathlib import Path

from senformer.variants.part_file import open_parquet
from senformer.variants.sheet import Sheet
from senformer.variants.writers.base import Writer


def write_parquet(path: Path, sheet: Sheet) -> None:
    """Write a sheet, long or wide, with units and meanings as field metadata."""
    with open_parquet(path, sheet.schema if sheet.layout == "long" else sheet.wide_schema) as writer:
        for table in sheet.tables():
            writer.write_table(table.cast(writer.schema))


PARQUET = Writer("parquet", (".parquet",), write_parquet, has_layouts=True)
