"""Variants as a pandas frame, or as the observations of an AnnData-style object.

Columns are those of a table (:mod:`senformer.genome.variant_table`). Without a column of ids the index gives
them, where it is text.
"""

import hashlib
from typing import Any

import pandas as pd

from senformer.core.errors import DataError
from senformer.genome.variant_record import VariantRecord, VariantText
from senformer.genome.variant_table import find_columns, parse_cells

NAME = "variants"


def as_frame(source: Any) -> pd.DataFrame | None:
    """Return the table of variants that an object is or holds as ``obs``; None where it is none."""
    if isinstance(source, pd.DataFrame):
        return source
    found = getattr(source, "obs", None)
    return found if isinstance(found, pd.DataFrame) else None


def parse_frame(frame: pd.DataFrame) -> VariantText:
    """Parse the rows of a frame; messages count them from 0.

    Raises
    ------
    DataError
        A column is missing or is there twice (E235), or a value cannot be (E222, E224, E236).
    """
    names, cells = _cells(frame)
    columns = find_columns(names, NAME)
    records: list[VariantRecord] = []
    assemblies: dict[str, int] = {}
    for row, values in enumerate(zip(*cells, strict=True)):
        record, assembly = parse_cells(values, columns, row, f"{NAME} row {row}")
        records.append(record)
        if assembly:
            assemblies.setdefault(assembly, row)
    return VariantText(NAME, records, assemblies=assemblies, unit="row")


def _cells(frame: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return names and columns as text; the index goes last, as ids, where it is text."""
    names = [str(name) for name in frame.columns]
    cells = [[_text(value) for value in frame.iloc[:, at].tolist()] for at in range(len(names))]
    if len(frame) and all(isinstance(value, str) for value in frame.index):
        names.append("id")
        cells.append([str(value) for value in frame.index])
    return names, cells


def _text(value: Any) -> str:
    """Return a cell as text; a whole number in a float column as such, a missing value as ``.``."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value != value:
        return "."
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def frame_digest(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of what a frame says of its variants: names and cells as text.

    Raises
    ------
    DataError
        The frame holds no row (E235).
    """
    if frame.empty:
        raise DataError("E235", NAME, "the frame holds no row", "Give variants.")
    names, cells = _cells(frame)
    digest = hashlib.sha256(repr(names).encode())
    for column in cells:
        digest.update(repr(column).encode())
    return digest.hexdigest()
