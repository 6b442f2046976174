"""Sequences of different lengths to one matrix of codes, with the construct's flanks and N around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow.compute as pc
from jaxtyping import Bool, Int64, UInt8

from senformer.core.errors import DataError
from senformer.core.shapes import N_CODE
from senformer.dataset.table.chunk import Chunk, flat
from senformer.dataset.table.config import Flanks
from senformer.genome.sequence import AS_DNA, encode

# Rows at a time: their index arithmetic takes 16 bytes a base.
_ROWS = 4096


@runtime_checkable
class WindowRule(Protocol):
    """How sequences lie in a window, as the configuration of a table says it."""

    @property
    def window_bp(self) -> int:
        """Bases of the window."""
        ...

    @property
    def pad(self) -> str:
        """Where a shorter sequence is padded with N: ``center`` (both sides), ``left``, ``right``."""
        ...

    @property
    def flanks(self) -> Flanks:
        """Constant bases beside every sequence, which come before N."""
        ...

    @property
    def too_long(self) -> str:
        """``error``, or ``crop`` at both ends."""
        ...


@dataclass(frozen=True)
class Place:
    """Where each row's sequence lies in its window: bases ``start`` to ``end``."""

    start: Int64[np.ndarray, " row"]
    end: Int64[np.ndarray, " row"]


def encode_column(
    chunk: Chunk, column: str, rule: WindowRule
) -> tuple[UInt8[np.ndarray, "row base"], Place, int]:
    """Return codes (row, ``window_bp``), where the sequences lie, and how many were cropped.

    Raises
    ------
    DataError
        A sequence is empty, holds a letter that is no base, or is longer than the window.
    """
    offsets, codes = _codes(chunk, column)
    lengths = np.diff(offsets)
    _check_lengths(chunk, column, lengths, rule)
    window = rule.window_bp
    kept = np.minimum(lengths, window)
    first = offsets[:-1] + (lengths - kept) // 2
    left, right = encode(rule.flanks.left), encode(rule.flanks.right)
    room = window - kept
    start = {
        "center": room // 2,
        "right": np.minimum(len(left), room),
        "left": room - np.minimum(len(right), room),
    }[rule.pad]
    matrix = np.full((len(chunk), window), N_CODE, dtype=np.uint8)
    _scatter(matrix, codes, first, start, kept)
    _add_flanks(matrix, start, start + kept, left, right)
    return matrix, Place(start, start + kept), int((lengths > window).sum())


def check_column(chunk: Chunk, column: str, rule: WindowRule) -> Bool[np.ndarray, " row"]:
    """Check the sequences of a chunk, and say which hold no known base; raises as :func:`encode_column`."""
    offsets, codes = _codes(chunk, column)
    _check_lengths(chunk, column, np.diff(offsets), rule)
    # No row is empty: each begins at a letter of its own.
    return np.minimum.reduceat(codes, offsets[:-1]) == N_CODE


def end_to_end(
    chunk: Chunk, columns: Sequence[str]
) -> tuple[Int64[np.ndarray, " edge"], UInt8[np.ndarray, " base"]]:
    """Return the codes of all rows end to end, and where each row begins.

    The sequences of one row are joined by an N, which no 16-mer holds.
    """
    texts = [chunk.columns[column] for column in columns]
    joined = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, "N")
    return _codes(Chunk(chunk.path, {"": joined}, chunk.lines), "")


def letters(chunk: Chunk, column: str) -> tuple[Int64[np.ndarray, " edge"], bytes]:
    """Return the letters of all sequences end to end, and where each begins."""
    return flat(chunk.columns[column])


def _codes(chunk: Chunk, column: str) -> tuple[Int64[np.ndarray, " edge"], UInt8[np.ndarray, " base"]]:
    """Return the codes of all sequences end to end, and where each begins."""
    offsets, raw = letters(chunk, column)
    try:
        return offsets, encode(raw)
    except ValueError:
        raise _bad_letter(chunk, column) from None


def _bad_letter(chunk: Chunk, column: str) -> DataError:
    for row, text in enumerate(chunk.columns[column]):
        try:
            encode(text.as_py())
        except ValueError as fault:
            todo = AS_DNA if re.search("letter '[Uu]'", str(fault)) else "Mend the sequence."
            return DataError("E489", chunk.where(row, column), str(fault), todo)
    raise ValueError("every letter is a base")


def _check_lengths(chunk: Chunk, column: str, lengths: Int64[np.ndarray, " row"], rule: WindowRule) -> None:
    if not lengths.all():
        where = chunk.where(int(np.argmin(lengths)), column)
        raise DataError("E489", where, "the sequence is empty", "Give one, or remove the row.")
    if rule.too_long == "error" and lengths.max(initial=0) > rule.window_bp:
        row = int(np.argmax(lengths > rule.window_bp))
        raise DataError(
            "E490",
            chunk.where(row, column),
            f"the sequence has {lengths[row]} bases, more than window_bp {rule.window_bp}",
            "Set a longer window_bp, or too_long: crop.",
        )


def _scatter(
    matrix: UInt8[np.ndarray, "row base"],
    codes: UInt8[np.ndarray, " letter"],
    first: Int64[np.ndarray, " row"],
    start: Int64[np.ndarray, " row"],
    n_bases: Int64[np.ndarray, " row"],
) -> None:
    """Copy ``n_bases`` codes from ``first`` on into each row of the matrix, from ``start`` on."""
    for lo in range(0, len(matrix), _ROWS):
        rows = slice(lo, lo + _ROWS)
        count = n_bases[rows]
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        row = np.repeat(np.arange(len(count)), count)
        matrix[rows][row, np.repeat(start[rows], count) + step] = codes[np.repeat(first[rows], count) + step]


def _add_flanks(
    matrix: UInt8[np.ndarray, "row base"],
    start: Int64[np.ndarray, " row"],
    end: Int64[np.ndarray, " row"],
    left: UInt8[np.ndarray, " base_left"],
    right: UInt8[np.ndarray, " base_right"],
) -> None:
    for place, code in enumerate(left[::-1]):
        rows = np.flatnonzero(start > place)
        matrix[rows, start[rows] - 1 - place] = code
    for place, code in enumerate(right):
        rows = np.flatnonzero(end + place < matrix.shape[1])
        matrix[rows, end[rows] + place] = code
