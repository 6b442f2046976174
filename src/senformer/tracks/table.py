"""Read and write the track table: Basenji's ``targets.txt`` and our superset of it."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from senformer.core.commit import write_text
from senformer.tracks import table_fields as fields
from senformer.tracks.orders import DEFAULT, ORDERS
from senformer.tracks.table_text import COLUMNS, Row, read_rows
from senformer.tracks.track import MISSING_CHROMS, STATISTICS, UNCOVERED, Track, strand_permutation

__all__ = ["Track", "read_track_table", "strand_permutation", "write_track_table"]

_SQRT = "_sqrt"
_STATISTICS = (*STATISTICS, *(name + _SQRT for name in STATISTICS))
_WRITTEN = tuple(name for name in COLUMNS if name != "genome")


def read_track_table(path: str | os.PathLike, base: Path | None = None) -> list[Track]:
    """Read a track table.

    Tab-separated; the first line names the columns. Needed are ``name`` (or Basenji's ``identifier``) and
    ``file``; every other column has a default, and columns with other names are left alone. Whether the
    files exist is found out when they are opened.

    Parameters
    ----------
    path
        The table: ours, or Basenji's ``targets.txt``.
    base
        Folder that relative files are in; None means the table's own.

    Returns
    -------
    Tracks in the table's order, ``index`` counted from 0; ``strand_pair``, which names a value of the
    table's ``index`` column, becomes that count too.

    Raises
    ------
    MissingInputError
        The table is missing or unreadable.
    DataError
        A fault of the table, with its line and column.
    """
    path = Path(path)
    rows = read_rows(path)
    fields.refuse_two_genomes(rows)
    fields.refuse_doubled(rows)
    pairs = fields.pairs_of(rows)
    folder = path.parent if base is None else Path(base)
    return [_track(row, index, pairs[index], folder) for index, row in enumerate(rows)]


def write_track_table(path: str | os.PathLike, tracks: Sequence[Track]) -> None:
    """Write tracks as a table that :func:`read_track_table` reads back, and Basenji's tools too.

    Files inside the table's folder are written relative to it, so that the folder can be moved; others
    get their absolute path. ``index`` and ``strand_pair`` are written as positions in ``tracks``.

    Raises
    ------
    ValueError
        A text holds a tab or a line end, or a strand pair is not among ``tracks``.
    """
    folder = Path(os.path.abspath(path)).parent
    pairs = strand_permutation(tracks)
    lines = ["\t".join(_WRITTEN)]
    for index, track in enumerate(tracks):
        texts = _texts(replace(track, index=index, strand_pair=int(pairs[index])), folder)
        for column, text in zip(_WRITTEN, texts, strict=True):
            if any(mark in text for mark in "\t\r\n"):
                raise ValueError(f"{column} of track {track.name!r} holds a tab or a line end")
        lines.append("\t".join(texts))
    write_text(path, "\n".join(lines) + "\n")


def _track(row: Row, index: int, pair: int, folder: Path) -> Track:
    statistic = fields.choice(row, "sum_stat", _STATISTICS, "sum")
    format = fields.format_of(row)
    return Track(
        index=index,
        name=fields.name_of(row),
        path=fields.file_of(row, folder),
        assay=fields.assay_of(row),
        strand=fields.strand_of(row, is_paired=pair != index),
        description=row.get("description"),
        strand_pair=pair,
        uncovered=fields.choice(row, "uncovered", UNCOVERED, "zero"),  # type: ignore[arg-type]
        missing_chroms=fields.choice(row, "missing_chroms", MISSING_CHROMS, "error"),  # type: ignore[arg-type]
        clip=fields.bound(row, "clip"),
        clip_soft=fields.bound(row, "clip_soft"),
        scale=fields.scale_of(row),
        sum_stat=statistic.removesuffix(_SQRT),  # type: ignore[arg-type]
        sqrt=statistic.endswith(_SQRT),
        target_order=fields.choice(row, "target_order", tuple(ORDERS), DEFAULT),
        clip_extreme=fields.bound(row, "clip_extreme"),
        format=format,
        options=fields.options_of(row, format),
        line=row.line,
    )


def _texts(track: Track, folder: Path) -> list[str]:
    file = Path(os.path.abspath(track.path))
    values: dict[str, Any] = {
        **{column: getattr(track, column, "") for column in _WRITTEN},
        "identifier": track.name,
        "file": file.relative_to(folder) if file.is_relative_to(folder) else file,
        "sum_stat": track.sum_stat + (_SQRT if track.sqrt else ""),
    }
    return ["" if values[column] is None else str(values[column]) for column in _WRITTEN]
