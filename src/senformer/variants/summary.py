"""The tracks with the largest scores of every variant, as one short table beside the whole one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from senformer.core.commit import commit_file
from senformer.core.schema import Column, TableSchema
from senformer.variants.sheet import Block, Sheet
from senformer.variants.table import TRACK_COLUMNS, encoded
from senformer.variants.writers.tsv import write_lines

_OWN = (
    Column("scorer", "string", "", "the score"),
    Column("rank", "int32", "", "1 for the track with the largest absolute score of the row"),
    Column("score", "float", "", "the score on that track"),
)


def summary_schema(sheet: Sheet) -> TableSchema:
    """Return the columns of a summary: those of a row, the score, its rank, and the track."""
    by_name = {column.name: column for column in sheet.schema.columns}
    own = [by_name[name] for name in sheet.row_columns]
    return TableSchema("summary", (*own, *_OWN[:2], *(by_name[name] for name in TRACK_COLUMNS), _OWN[2]))


def write_summary(path: Path, sheet: Sheet, n_tracks: int) -> None:
    """Write the ``n_tracks`` tracks with the largest absolute scores of every row, as TSV.

    Equal scores keep the order of tracks; a score that a row does not have (NaN) is left out.
    """
    schema = summary_schema(sheet)
    tables = (table for block in sheet.blocks() for table in _tables(block, sheet, n_tracks, schema))

    def write(temporary: Path) -> None:
        with open(temporary, "wb") as handle:  # allowed: the temporary file of commit_file
            write_lines(handle, tables, schema)

    commit_file(path, write)


def _tables(block: Block, sheet: Sheet, n_tracks: int, schema: TableSchema) -> Iterator[pa.Table]:
    n_tracks = min(n_tracks, len(sheet.tracks))
    taken: list[tuple[np.ndarray, ...]] = []
    for place, scorer in enumerate(sheet.scorers):
        values = block.values[scorer.name]
        order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :n_tracks]
        row = np.repeat(np.arange(len(values)), n_tracks)
        rank = np.tile(np.arange(1, n_tracks + 1), len(values))
        taken.append((row, np.full(len(row), place), rank, order.ravel(), values[row, order.ravel()]))
    row, scorer_of, rank, track, score = (np.concatenate(parts) for parts in zip(*taken, strict=True))
    order = np.lexsort((rank, scorer_of, row))
    order = order[np.isfinite(score[order])]
    names = [scorer.name for scorer in sheet.scorers]
    tracks = sheet.tracks.iloc[track[order]]
    columns: dict[str, object] = {name: block.rows[name].take(row[order]) for name in sheet.row_columns}
    columns["scorer"] = pa.array(
        [names[place] for place in scorer_of[order]], pa.string()
    ).dictionary_encode()
    columns["rank"] = pa.array(rank[order].astype(np.int32))
    for name in TRACK_COLUMNS:
        values = pa.array(tracks[name].tolist(), pa.int32() if name == "track_index" else pa.string())
        columns[name] = values if name == "track_index" else values.dictionary_encode()
    columns["score"] = pa.array(score[order].astype(np.float32))
    yield pa.table({name: columns[name] for name in schema.names}, schema=encoded(schema.arrow()))
