"""Reads a finished score table piece by piece, whichever its layout, so that its size does not matter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float
from pyarrow import csv

from senformer.core.errors import DataError, UsageError
from senformer.report.inputs import read_arrays, read_json
from senformer.variants.table import BESIDE, FACTS, TRACK_COLUMNS, beside_name, rank_name, track_labels

BLOCK_VALUES = 2_000_000
# The index of a track of which nothing but the name is known.
UNKNOWN_TRACK = -1
_TRACK = {name: FACTS[name] for name in TRACK_COLUMNS}
_ROW = {name: kind for name, kind in FACTS.items() if name not in _TRACK}


@dataclass(frozen=True)
class ScoredRows:
    """Rows of a table, one a variant, or one for each gene of a variant.

    Attributes
    ----------
    facts
        By column what does not tell of a track, a list with one item a row.
    values
        By column the scores, and what stands beside them.
    """

    facts: dict[str, list[Any]]
    values: dict[str, Float[np.ndarray, "row track"]]

    def __len__(self) -> int:
        return len(self.facts["key"])

    def cut(self, first: int, last: int) -> "ScoredRows":
        """Return the rows from ``first`` to before ``last``, in memory of their own."""
        return ScoredRows(
            {name: items[first:last] for name, items in self.facts.items()},
            {name: array[first:last].copy() for name, array in self.values.items()},
        )

    def bounds(self) -> list[int]:
        """Return where each variant begins, and the end: the rows of one stand together."""
        keys = self.facts["key"]
        return [row for row in range(len(keys)) if row == 0 or keys[row] != keys[row - 1]] + [len(keys)]


@dataclass(frozen=True)
class ScoreTable:
    """A finished table.

    Attributes
    ----------
    path
        The file.
    record
        Its run record.
    tracks
        track_index, track_name, assay, strand of the tracks that were scored; the index is
        ``UNKNOWN_TRACK`` in a wide table whose ``FILE.top.npz`` is gone.
    """

    path: Path
    record: dict[str, Any]
    tracks: pd.DataFrame

    @property
    def scorers(self) -> list[dict[str, Any]]:
        """Definitions of the scores."""
        return list(self.record["scores"])

    @property
    def rank_scorer(self) -> str:
        """The score whose size ranks variants: SAR, or the first where it is not there."""
        return rank_name([item["name"] for item in self.scorers])

    @property
    def is_wide(self) -> bool:
        """Whether a row is a variant and a column a score and track."""
        return self.record["config"].get("layout") == "wide"

    def columns(self) -> list[str]:
        """Return the columns of the file."""
        if _is_parquet(self.path):
            return pq.read_schema(self.path).names
        with _open_lines(self.path, None, {}) as lines:
            return lines.schema.names

    def value_names(self) -> list[str]:
        """Return the scores and what stands beside them: ``SAR``, ``SAR_sd``, ``SAR_percentile``."""
        there = set(self.columns())
        there |= {name.rpartition(f":{label}")[0] for label in self.labels()[:1] for name in there}
        asked = [item["name"] for item in self.scorers]
        each = [(name, *(beside_name(name, what) for what in BESIDE)) for name in asked]
        return [name for names in each for name in names if name in there]

    def labels(self) -> list[str]:
        """Return the names of the tracks in columns of the wide layout."""
        return track_labels(self.tracks)

    def blocks(self) -> Iterator[ScoredRows]:
        """Yield the table in pieces of about 2,000,000 values of a score; none divides a variant.

        Raises
        ------
        DataError
            The file is damaged (E783).
        """
        names, n_tracks = self.value_names(), len(self.tracks)
        n_rows = max(1, BLOCK_VALUES // n_tracks)
        held: pa.Table | None = None
        there = set(self.columns())
        facts = [name for name in _ROW if name in there]
        try:
            for piece in self._pieces(facts, names, n_rows):
                held = piece if held is None else pa.concat_tables([held, piece]).unify_dictionaries()
                whole = self._n_whole(held, n_rows)
                if whole:
                    yield self._rows(held.slice(0, whole), facts, names)
                    held = held.slice(whole)
            if held is not None and len(held):
                yield self._rows(held, facts, names)
        except (OSError, ValueError, KeyError, pa.ArrowException) as fault:
            raise damaged(self.path, fault) from fault

    @property
    def _per_row(self) -> int:
        """Lines of the file that are one row."""
        return 1 if self.is_wide else len(self.tracks)

    def _n_whole(self, held: pa.Table, n_rows: int) -> int:
        """Return how many lines can be given away: those before the last variant, once they are enough."""
        step = self._per_row
        if len(held) < n_rows * step:
            return 0
        keys = held["key"].take(np.arange(0, len(held), step)).to_pylist()
        last = len(keys) - 1
        while last > 0 and keys[last - 1] == keys[-1]:
            last -= 1
        return last * step

    def _pieces(self, facts: Sequence[str], names: Sequence[str], n_rows: int) -> Iterator[pa.Table]:
        scored = [f"{name}:{label}" for name in names for label in self.labels()] if self.is_wide else names
        columns = [*facts, *scored]
        if _is_parquet(self.path):
            text = [name for name in facts if _ROW[name] == pa.string()]
            file = pq.ParquetFile(self.path, page_checksum_verification=True, read_dictionary=text)
            for batch in file.iter_batches(batch_size=n_rows * self._per_row, columns=columns):
                yield pa.Table.from_batches([batch])
        else:
            with _open_lines(self.path, columns, {**_ROW, **dict.fromkeys(scored, pa.float32())}) as lines:
                yield from (pa.Table.from_batches([batch]) for batch in lines)

    def _rows(self, table: pa.Table, facts: Sequence[str], names: Sequence[str]) -> ScoredRows:
        step, n_tracks = self._per_row, len(self.tracks)
        if len(table) % step:
            raise ValueError(f"it does not hold whole rows of {n_tracks} tracks")
        heads = table.select(list(facts)).take(np.arange(0, len(table), step))
        values = {}
        for name in names:
            if self.is_wide:
                parts = [table[f"{name}:{label}"].to_numpy() for label in self.labels()]
                values[name] = np.column_stack(parts).astype(np.float32)
            else:
                values[name] = table[name].to_numpy().astype(np.float32).reshape(-1, n_tracks)
        return ScoredRows({name: heads[name].to_pylist() for name in facts}, values)


def open_scores(path: Path) -> ScoreTable:
    """Open a table of ``score`` for reading.

    Raises
    ------
    UsageError
        Neither parquet nor TSV (E785).
    MissingInputError
        The table or its run record is missing.
    DataError
        One of them is damaged, or they do not belong together (E783).
    """
    if not path.name.endswith((".parquet", ".tsv", ".tsv.gz")):
        todo = "Score into .parquet or .tsv."
        raise UsageError("E785", str(path), "pages are made of parquet and TSV tables", todo)
    record = read_json(path.with_name(f"{path.name}.run.json"))
    if record.get("command") != "score" or not record.get("scores"):
        raise damaged(path.with_name(f"{path.name}.run.json"), "it is no record of score")
    table = ScoreTable(path, record, pd.DataFrame())
    try:
        return ScoreTable(path, record, _tracks(table, int(record["counts"]["n_tracks"])))
    except (OSError, ValueError, KeyError, pa.ArrowException) as fault:
        raise damaged(path, fault) from fault


def damaged(path: Path, fault: object) -> DataError:
    """Return the error that tells of a damaged table."""
    return DataError("E783", str(path), f"is no score table, or damaged ({fault})", "Make it again.")


def _tracks(table: ScoreTable, n_tracks: int) -> pd.DataFrame:
    if not table.is_wide:
        return _first_lines(table.path, n_tracks)
    top = table.path.with_name(f"{table.path.name}.top.npz")
    if top.exists():
        arrays = read_arrays(top)
        return pd.DataFrame({name: arrays[name] for name in _TRACK})
    # Column names tell the tracks where the file beside the table, which tells the rest of them, is gone.
    start = f"{table.rank_scorer}:"
    names = [name.removeprefix(start) for name in table.columns() if name.startswith(start)]
    return pd.DataFrame({"track_index": UNKNOWN_TRACK, "track_name": names, "assay": "", "strand": "."})


def _first_lines(path: Path, n_lines: int) -> pd.DataFrame:
    if _is_parquet(path):
        file = pq.ParquetFile(path, page_checksum_verification=True)
        batches = file.iter_batches(batch_size=n_lines, columns=list(_TRACK))
        tables, n_read = [], 0
        for batch in batches:
            tables.append(pa.Table.from_batches([batch]))
            n_read += len(batch)
            if n_read >= n_lines:
                break
        return pa.concat_tables(tables).slice(0, n_lines).to_pandas()
    text = {name: str for name, kind in _TRACK.items() if kind == pa.string()}
    return pd.read_csv(
        path, sep="\t", dtype=text, keep_default_na=False, usecols=list(_TRACK), nrows=n_lines
    )[list(_TRACK)]


def _is_parquet(path: Path) -> bool:
    return path.name.endswith(".parquet")


def _open_lines(path: Path, columns: list[str] | None, types: dict[str, pa.DataType]) -> Any:
    compression = "gzip" if path.name.endswith(".gz") else None
    return csv.open_csv(
        pa.input_stream(str(path), compression=compression),
        read_options=csv.ReadOptions(block_size=1 << 24),
        parse_options=csv.ParseOptions(delimiter="\t"),
        convert_options=csv.ConvertOptions(column_types=types, include_columns=columns or []),
    )
