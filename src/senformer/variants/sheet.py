"""What a finished score table consists of, as those who write it down in one format or another need it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from jaxtyping import Float32

from senformer.core.schema import Column, TableSchema
from senformer.variants.part_file import read_part
from senformer.variants.scorers import Scorer
from senformer.variants.table import TRACK_COLUMNS, beside_name, score_schema, track_labels


@dataclass(frozen=True)
class Block:
    """The rows of one part, a row for each variant or gene.

    Attributes
    ----------
    rows
        The columns that do not tell of a track.
    values
        Every score and spread, by column.
    """

    rows: pa.Table
    values: dict[str, Float32[np.ndarray, "row track"]]


@dataclass(frozen=True)
class Sheet:
    """The parts of a score table, and what is in them.

    Attributes
    ----------
    parts
        Long tables, in order (:mod:`senformer.variants.part_file`).
    scorers
        The scores in them.
    tracks
        The tracks of every row (:func:`senformer.variants.table.track_frame`).
    beside
        What stands beside every score (:data:`senformer.variants.table.BESIDE`).
    layout
        ``long``: one row a variant and track; ``wide``: one row a variant, one column a score and track.
    source
        The VCF file that the variants came from.
    """

    parts: Sequence[Path]
    scorers: Sequence[Scorer]
    tracks: pd.DataFrame
    beside: Sequence[str] = ()
    layout: str = "long"
    source: Path | None = None

    @cached_property
    def schema(self) -> TableSchema:
        """Columns of the parts."""
        return score_schema(self.scorers, self.beside)

    @cached_property
    def names(self) -> list[str]:
        """Columns of scores and of what stands beside them, in order."""
        each = [
            (scorer.name, *(beside_name(scorer.name, what) for what in self.beside))
            for scorer in self.scorers
        ]
        return [name for names in each for name in names]

    @cached_property
    def labels(self) -> list[str]:
        """Names of the tracks in columns of the wide layout."""
        return track_labels(self.tracks)

    @cached_property
    def row_columns(self) -> list[str]:
        """Columns that do not tell of a track."""
        return [name for name in self.schema.names if name not in {*TRACK_COLUMNS, *self.names}]

    @cached_property
    def wide_schema(self) -> TableSchema:
        """Columns of the wide layout: those of a row, then ``SCORE:track``."""
        by_name = {column.name: column for column in self.schema.columns}
        own = [by_name[name] for name in self.row_columns]
        spread = [
            Column(f"{name}:{label}", "float", by_name[name].unit, f"{by_name[name].meaning}; {label}")
            for name in self.names
            for label in self.labels
        ]
        return TableSchema("wide score", (*own, *spread))

    def tables(self) -> Iterator[pa.Table]:
        """Yield the parts in the layout asked for."""
        for part in self.parts:
            yield read_part(part, self.schema) if self.layout == "long" else self._wide(self.block(part))

    def blocks(self) -> Iterator[Block]:
        """Yield the parts row by row."""
        for part in self.parts:
            yield self.block(part)

    def first_line(self, part: Path) -> int:
        """Return the least line of the source that a part has rows of."""
        lines = pq.read_table(part, columns=["file_line"], page_checksum_verification=True)["file_line"]
        return int(pc.min(lines).as_py())

    def text_sizes(self, part: Path, columns: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Return how many rows a part has, and how many bytes the longest text of each of some columns."""
        names = list(columns)
        found = pq.read_table(part, columns=names, read_dictionary=names, page_checksum_verification=True)
        n_bytes = {
            name: max(pc.max(pc.binary_length(chunk.dictionary)).as_py() for chunk in found[name].chunks)
            for name in columns
        }
        return len(found) // len(self.tracks), n_bytes

    def block(self, part: Path) -> Block:
        """Return the rows of one part; the tracks of a row stand together and in order in it."""
        table = read_part(part, self.schema)
        n_tracks = len(self.tracks)
        rows = table.select(self.row_columns).take(np.arange(0, len(table), n_tracks))
        values = {name: table[name].to_numpy().reshape(-1, n_tracks) for name in self.names}
        return Block(rows, values)

    def _wide(self, block: Block) -> pa.Table:
        columns = list(block.rows.columns)
        columns += [pa.array(column) for name in self.names for column in block.values[name].T]
        return pa.table(columns, names=self.wide_schema.names)
