"""Score tables as tab-separated text, plain or gzipped. Under ``tsv`` in ``WRITERS``.

Text comes from files of others and is not trusted: a control character becomes a space, and text that a
spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-`` or ``@``) gets an apostrophe before
it. A sign alone, as of a strand, is no formula.
"""

import gzip
import io
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from senformer.core.schema import TableSchema
from senformer.variants.sheet import Sheet
from senformer.variants.writers.base import Writer

_ROWS = 1 << 16
_CONTROL = r"[\x00-\x1f\x7f]"
_FORMULA = r"^([=@].*|[+\-].+)$"


def write_tsv(path: Path, sheet: Sheet) -> None:
    """Write a sheet, long or wide, under one header line."""
    write_tsv_tables(path, sheet.tables(), sheet.schema if sheet.layout == "long" else sheet.wide_schema)


def write_tsv_tables(path: Path, tables: Iterable[pa.Table], schema: TableSchema) -> None:
    """Write tables of one schema under one header line; their text is dictionary-encoded."""
    if not path.name.endswith(".gz"):
        with open(path, "wb") as handle:  # allowed: the temporary file of commit_file
            write_lines(handle, tables, schema)
        return
    # Neither a file name nor a time in the header: equal rows give equal bytes.
    with (
        open(path, "wb") as raw,  # allowed: the temporary file of commit_file
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as handle,
    ):
        write_lines(handle, tables, schema)


def write_lines(handle: io.BufferedIOBase, tables: Iterable[pa.Table], schema: TableSchema) -> None:
    """Write header and rows; text of the tables may be dictionary-encoded."""
    names = safe_text(pa.array(schema.names)).to_pylist()
    handle.write(("\t".join(names) + "\n").encode())
    for table in tables:
        safe = pa.table([_safe_column(column) for column in table.columns], names=table.column_names)
        style = "needed" if _needs_quotes(safe) else "none"
        options = csv.WriteOptions(include_header=False, delimiter="\t", quoting_style=style)
        for batch in safe.to_batches(max_chunksize=_ROWS):
            csv.write_csv(batch.cast(schema.arrow()), handle, options)


def safe_text(values: pa.Array) -> pa.Array:
    """Return text without control characters and formulas."""
    plain = pc.replace_substring_regex(values, _CONTROL, " ")
    return pc.replace_substring_regex(plain, _FORMULA, r"'\1")


def _safe_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column
    chunks = [
        pa.DictionaryArray.from_arrays(chunk.indices, safe_text(chunk.dictionary)) for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, column.type)


def _needs_quotes(table: pa.Table) -> bool:
    texts = (
        chunk.dictionary
        for column in table.columns
        if pa.types.is_dictionary(column.type)
        for chunk in column.chunks
    )
    return any(pc.any(pc.match_substring(values, '"')).as_py() for values in texts)


TSV = Writer("tsv", (".tsv", ".tsv.gz"), write_tsv, has_layouts=True)
