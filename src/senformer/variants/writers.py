"""Writes the finished score table from its parts: parquet, TSV, or gzipped TSV, by file ending."""

import base64
import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from senformer.core.commit import commit_file
from senformer.core.errors import UsageError
from senformer.core.schema import TableSchema
from senformer.variants.table import encoded

_ROWS = 1 << 16
_SPECIAL = r'[\t\r\n"]'


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
    """Write the rows of one shard (:func:`senformer.variants.table.score_table`)."""

    def write(temporary: Path) -> None:
        with open_parquet(temporary, schema) as writer:
            writer.write_table(table)

    commit_file(path, write)


def read_part(path: Path, schema: TableSchema) -> pa.Table:
    """Read the rows of one shard, page checksums verified, text dictionary-encoded.

    Raises
    ------
    DataError
        The file is damaged or holds other columns.
    """
    return schema.read_arrow(path, encoded=True).cast(encoded(schema.arrow()))


def _write_parquet(path: Path, parts: Sequence[Path], schema: TableSchema) -> None:
    with open_parquet(path, schema) as writer:
        for part in parts:
            writer.write_table(read_part(part, schema))


def _write_tsv(path: Path, parts: Sequence[Path], schema: TableSchema) -> None:
    with open(path, "wb") as handle:  # allowed: the temporary file of commit_file
        _write_lines(handle, parts, schema)


def _write_tsv_gz(path: Path, parts: Sequence[Path], schema: TableSchema) -> None:
    # Neither a file name nor a time in the header: equal rows give equal bytes.
    with (
        open(path, "wb") as raw,  # allowed: the temporary file of commit_file
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as handle,
    ):
        _write_lines(handle, parts, schema)


def _write_lines(handle: io.BufferedIOBase, parts: Sequence[Path], schema: TableSchema) -> None:
    handle.write(("\t".join(schema.names) + "\n").encode())
    for part in parts:
        table = read_part(part, schema)
        style = "needed" if _needs_quotes(table) else "none"
        options = csv.WriteOptions(include_header=False, delimiter="\t", quoting_style=style)
        for batch in table.to_batches(max_chunksize=_ROWS):
            csv.write_csv(batch.cast(schema.arrow()), handle, options)


def _needs_quotes(table: pa.Table) -> bool:
    texts = (chunk.dictionary for column in table.columns for chunk in column.chunks if _is_text(chunk))
    return any(pc.any(pc.match_substring_regex(values, _SPECIAL)).as_py() for values in texts)


def _is_text(chunk: pa.Array) -> bool:
    return pa.types.is_dictionary(chunk.type)


FORMATS: dict[str, Callable[[Path, Sequence[Path], TableSchema], None]] = {
    ".parquet": _write_parquet,
    ".tsv": _write_tsv,
    ".tsv.gz": _write_tsv_gz,
}


def score_format(path: Path) -> str:
    """Return the ending of ``path``, one of ``FORMATS``.

    Raises
    ------
    UsageError
        Another ending.
    """
    for ending in FORMATS:
        if path.name.endswith(ending) and path.name != ending:
            return ending
    raise UsageError(
        "E753", str(path), "the file ending names no known format", f"Use one of {', '.join(FORMATS)}."
    )


def write_scores(path: Path, parts: Sequence[Path], schema: TableSchema) -> None:
    """Concatenate ``parts``, in order, into ``path``, in the format that its ending names.

    The bytes depend on the parts alone; parquet holds one row group a part.
    """
    writer = FORMATS[score_format(path)]
    commit_file(path, lambda temporary: writer(temporary, parts, schema))
