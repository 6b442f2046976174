"""Columns that say where in a genome a row lies: three columns, or one text as ``chr1:100-200``."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int64

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk

# "chr1:100-200", whatever the name before the colon; else "chr1-100-200" and "chr1_100_200". A name may
# follow after an underscore, "chr1-100-200_name", or a strand in parentheses.
_PLACES = (
    r"^(?P<chrom>.+):(?P<start>[0-9]+)-(?P<end>[0-9]+)(?:[_(].*)?$",
    r"^(?P<chrom>[^:]+?)[\-_](?P<start>[0-9]+)[\-_](?P<end>[0-9]+)(?:[_(][^0-9].*)?$",
)


def read_places(
    chunk: Chunk, columns: tuple[str, str, str] | str
) -> tuple[pa.Array, Int64[np.ndarray, " row"], Int64[np.ndarray, " row"]]:
    """Return chromosome, start and end of every row, as the columns give them.

    Parameters
    ----------
    chunk
        The rows.
    columns
        Names of the three columns, or of the one with texts.

    Raises
    ------
    DataError
        A text is no place, a number no whole one, or the end not beyond the start.
    """
    if isinstance(columns, str):
        first, second = (pc.extract_regex(chunk.columns[columns], pattern) for pattern in _PLACES)
        found = pc.coalesce(first, second)
        if found.null_count:
            row = int(np.argmax(np.asarray(pc.is_null(found))))
            text = chunk.columns[columns][row].as_py()
            raise DataError(
                "E495",
                chunk.where(row, columns),
                f"{text!r} is no place",
                "Write chr1:100-200, for instance.",
            )
        names = (columns,) * 3
        texts = tuple(found.field(place) for place in range(3))
    else:
        names, texts = columns, tuple(chunk.columns[column] for column in columns)
    start, end = (_whole(chunk, names[place], texts[place]) for place in (1, 2))
    if (end <= start).any():
        row = int(np.argmax(end <= start))
        raise DataError(
            "E495", chunk.where(row, names[2]), f"the end {end[row]} is not beyond the start {start[row]}",
            "Mend the row.",
        )  # fmt: skip
    return texts[0], start, end


def _whole(chunk: Chunk, column: str, texts: pa.Array) -> Int64[np.ndarray, " row"]:
    texts = pc.utf8_trim_whitespace(texts)
    is_whole = np.asarray(pc.match_substring_regex(texts, r"^[0-9]{1,18}$"))
    if not is_whole.all():
        row = int(np.argmin(is_whole))
        raise DataError(
            "E495",
            chunk.where(row, column),
            f"{texts[row].as_py()!r} is no position",
            "Write a whole number.",
        )
    return np.asarray(pc.cast(texts, pa.int64()))
