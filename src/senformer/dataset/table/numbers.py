"""Text to numbers: measured values and numeric inputs, every fault named with its line and column."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float32, Float64

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import ValueConfig
from senformer.tracks.scaling import Scaling
from senformer.tracks.track import Track

MISSING = ("", "na", "nan", "n/a", "null", ".")
"""Texts, in small letters, that mean "not measured"."""

_DIGIT = re.compile("[0-9]")
_LOGARITHMS = {"ln": np.log, "log2": np.log2, "log10": np.log10, "log1p": np.log1p}


def read_values(
    chunk: Chunk, values: Mapping[str, ValueConfig], tracks: Sequence[Track]
) -> Float32[np.ndarray, "row track"]:
    """Return the measured values of a chunk, scaled; NaN where nothing was measured.

    Raises
    ------
    DataError
        A text is no number, a number is infinite, has no logarithm or is beyond float32.
    """
    found = np.empty((len(chunk), len(values)), dtype=np.float32)
    for place, ((name, value), track) in enumerate(zip(values.items(), tracks, strict=True)):
        column = value.column or name
        numbers = _logarithm(chunk, column, read_numbers(chunk, column), value.log)
        with np.errstate(over="ignore"):
            found[:, place] = Scaling.of(track).apply(numbers)
        _refuse(chunk, column, np.isinf(found[:, place]), "is beyond float32 when scaled")
    return found


def read_columns(chunk: Chunk, columns: Sequence[str]) -> Float32[np.ndarray, "row column"]:
    """Return columns of a numeric input.

    Raises
    ------
    DataError
        A text is no number, or a number is missing or infinite.
    """
    found = np.stack([read_numbers(chunk, column) for column in columns], axis=1).astype(np.float32)
    for place, column in enumerate(columns):
        _refuse(chunk, column, ~np.isfinite(found[:, place]), "is missing or too large for an input")
    return found


def read_numbers(chunk: Chunk, column: str) -> Float64[np.ndarray, " row"]:
    """Return a column as numbers; NaN where its text is one of :data:`MISSING`.

    Raises
    ------
    DataError
        A text is no number, or infinite.
    """
    texts = pc.utf8_trim_whitespace(chunk.columns[column])
    is_missing = pc.is_in(pc.utf8_lower(texts), pa.array(MISSING, texts.type))
    try:
        cast = pc.cast(pc.if_else(is_missing, pa.scalar(None, texts.type), texts), pa.float64())
    except pa.ArrowInvalid:
        row = _first_bad(texts, is_missing)
        text = texts[row].as_py()
        todo = "Mend it, or write NA." if _DIGIT.search(text) else "Write 1 and 0 for labels, or a number."
        raise DataError("E488", chunk.where(row, column), f"{text!r} is no number", todo) from None
    numbers = np.array(cast.fill_null(float("nan")), dtype=np.float64)
    _refuse(chunk, column, np.isinf(numbers), "is not finite")
    return numbers


def _first_bad(texts: pa.Array, is_missing: pa.Array) -> int:
    for row, (text, gone) in enumerate(zip(texts, is_missing, strict=True)):
        try:
            if not gone.as_py():
                pc.cast(text, pa.float64())
        except pa.ArrowInvalid:
            return row
    raise ValueError("every text is a number")


def _logarithm(
    chunk: Chunk, column: str, numbers: Float64[np.ndarray, " row"], kind: str | None
) -> Float64[np.ndarray, " row"]:
    if kind is None:
        return numbers
    _refuse(chunk, column, numbers <= (-1 if kind == "log1p" else 0), f"has no {kind}")
    return _LOGARITHMS[kind](numbers)


def _refuse(chunk: Chunk, column: str, is_bad: np.ndarray, fault: str) -> None:
    if is_bad.any():
        row = int(np.argmax(is_bad))
        text = chunk.columns[column][row].as_py()
        raise DataError("E488", chunk.where(row, column), f"{text!r} {fault}", "Mend it, or write NA.")
