"""The file of one finished shard: a long score table in parquet, text dictionary-encoded."""

import base64
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from senformer.core.commit import commit_file
from senformer.core.schema import TableSchema
from senformer.variants.table import encoded


def open_parquet(path: Path, schema: TableSchema) -> pq.ParquetWriter:
    """Return a writer of dictionary-encoded tables into a file that says plain text, as declared.

    The file's own Arrow schema is the declared one, units and meanings in it, so that a reader who asks for
    nothing else gets plain columns.
    """
    declared = schema.arrow()
    writer = pq.ParquetWriter(
        path, encoded(declared), compression="zstd", write_page_checksum=True, store_schema=False
    )
    writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(declared.serialize().to_pybytes())})
    return writer


def write_part(path: Path, table: pa.Table, schema: TableSchema) -> None:
    """Write the rows of one shard (:func:`senformer.variants.table.score_table`); its folder is there."""

    def write(temporary: Path) -> None:
        with open_parquet(temporary, schema) as writer:
            writer.write_table(table)

    # A worker of a cluster that is late must not bring a removed work folder back.
    commit_file(path, write, make_parent=False)


def read_part(path: Path, schema: TableSchema) -> pa.Table:
    """Read the rows of one shard, page checksums verified, text dictionary-encoded.

    Raises
    ------
    DataError
        The file is damaged or holds other columns.
    """
    return schema.read_arrow(path, encoded=True).cast(encoded(schema.arrow()))
