"""Writes the finished score table from its parts: parquet, TSV, or gzipped TSV, by file ending."""

import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from senformer.core.commit import commit_file
from senformer.core.errors import UsageError
from senformer.core.schema import TableSchema


def _write_parquet(path: Path, parts: Sequence[Path], schema: TableSchema) -> None:
    with pq.ParquetWriter(path, schema.arrow(), compression="zstd", write_page_checksum=True) as writer:
        for part in parts:
            writer.write_table(schema.to_arrow(schema.read(part)))


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
        text = schema.read(part).to_csv(None, sep="\t", header=False, index=False, lineterminator="\n")
        handle.write(text.encode())


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
