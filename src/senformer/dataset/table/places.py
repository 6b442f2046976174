"""Columns that say where in a genome a row lies: three columns, or one text as ``chr1:101-200``.

Three columns count as in BED, 0-based and half-open, unless ``one_based`` says otherwise. A text with a
colon is a region string as everywhere else (:func:`~senformer.genome.interval.parse_region`), 1-based with
both ends included; names of other make (``chr1-100-200``) were made of BED columns and count as these.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int64

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk

# "chr1:101-200", whatever the name before the colon, and before two of them, as bedtools writes names; else
# "chr1-100-200" and "chr1_100_200". A name may follow after an underscore, "chr1-100-200_name", or a
# strand in parentheses.
_PLACES = (
    r"^(?:.*::)?(?P<chrom>.+):(?P<start>[0-9][0-9,]*)-(?P<end>[0-9][0-9,]*)(?:[_(].*)?$",
    r"^(?P<chrom>[^:]+?)[\-_](?P<start>[0-9]+)[\-_](?P<end>[0-9]+)(?:[_(][^0-9].*)?$",
)


def read_places(
    chunk: Chunk, columns: tuple[str, str, str] | str, *, is_one_based: bool = False
) -> tuple[pa.Array, Int64[np.ndarray, " row"], Int64[np.ndarray, " row"]]:
    """Return chromosome, start and end of every row, 0-based and half-open.

    Parameters
    ----------
    chunk
        The rows.
    columns
        Names of the three columns, or of the one with texts.
    is_one_based
        Three columns count from 1, and the end is included.

    Raises
    ------
    DataError
        A text is no place, a number no whole one, the end not beyond the start, or a 1-based start is 0.
    """
    if isinstance(columns, str):
        return _from_texts(chunk, columns)
    chrom, first, last = columns
    start, end = (_whole(chunk, column, chunk.columns[column]) for column in (first, last))
    if is_one_based:
        if (start < 1).any():
            where = chunk.where(int(np.argmax(start < 1)), first)
            raise DataError(
                "E495", where, "the start is 0, and one_based counts from 1", "Leave one_based out."
            )
        start = start - 1
    if (end <= start).any():
        row = int(np.argmax(end <= start))
        start = start + is_one_based
        raise DataError(
            "E495", chunk.where(row, last), f"the end {end[row]} is not beyond the start {start[row]}",
            "Mend the row.",
        )  # fmt: skip
    return chunk.columns[chrom], start, end


def _from_texts(
    chunk: Chunk, column: str
) -> tuple[pa.Array, Int64[np.ndarray, " row"], Int64[np.ndarray, " row"]]:
    texts = chunk.columns[column]
    region, name = (pc.extract_regex(texts, pattern) for pattern in _PLACES)
    found = pc.coalesce(region, name)
    if found.null_count:
        row = int(np.argmax(np.asarray(pc.is_null(found))))
        raise DataError(
            "E495", chunk.where(row, column), f"{texts[row].as_py()!r} is no place",
            "Write chr1:101-200 (1-based, both ends included), for instance.",
        )  # fmt: skip
    numbers = (pc.replace_substring(found.field(place), ",", "") for place in (1, 2))
    start, end = (_whole(chunk, column, number) for number in numbers)
    is_region = np.asarray(pc.is_valid(region))
    start = start - is_region
    is_wrong = (end <= start) | (start < 0)
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        todo = (
            "A text with a colon is 1-based, both ends included; where the file counts from 0, give columns "
        )
        todo += "split.chrom, start and end."
        raise DataError(
            "E495",
            chunk.where(row, column),
            f"{texts[row].as_py()!r} is no place",
            todo if is_region[row] else "The end lies beyond the start. Mend the row.",
        )
    return found.field(0), start, end


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
