"""Open a table dataset and read it: sequences, further inputs and measured values of any rows."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr
from jaxtyping import Float32, Int64

from senformer.core.config import nearest, parse
from senformer.core.errors import ConfigError, DataError
from senformer.dataset import layout as folder_layout
from senformer.dataset.arrays import open_array
from senformer.dataset.config import SPLITS
from senformer.dataset.manifest import read_json
from senformer.dataset.plan import track_from_record
from senformer.dataset.table import layout
from senformer.dataset.table.config import SEQUENCE, TableConfig
from senformer.tracks.table import Track, strand_permutation

Rows = Int64[np.ndarray, " row"]


class TableDataset:
    """A finished table dataset, read-only. Safe to fork and to pickle.

    It has the names of :class:`senformer.dataset.store.Dataset` where they mean the same: a row is a window
    of one bin, and a value is a track.

    Attributes
    ----------
    path, config, organism, bin_bp
        Where it lies, how it was built, its name, and bases per bin, which is the window.
    tracks
        The measured values, with the scaling that was applied.
    strand_permutation
        For every track the position of its partner on the other strand.
    rows
        Columns id, split, group, start_bp, end_bp (where the sequence lies in its window); one row each.
    statistics
        Per split (and ``all``): n_bins (rows) and, per track, n_finite, mean, min, max; and ``counts``.
    """

    def __init__(self, path: Path, header: dict[str, Any], cache_bytes: int) -> None:
        self.path = path
        self.config = parse(TableConfig, header["config"], f"{path / folder_layout.HEADER} (config)")
        self.organism: str = header["organism"]
        self.bin_bp: int = header["window_bp"]
        self.tracks: list[Track] = [track_from_record(record) for record in header["tracks"]]
        self.strand_permutation = strand_permutation(self.tracks)
        self.statistics = read_json(path / folder_layout.STATISTICS)
        self.rows = _read_rows(path)
        self._block_rows: int = header["block_rows"]
        stores = [layout.input_store(name) for name in (*self.sequence_names, *self.config.inputs)]
        needed = len(self.rows) * sum(_row_bytes(path / store) for store in (*stores, layout.VALUES_STORE))
        self._arrays = _Arrays(path, len(self.rows), self._block_rows, keeps=needed <= cache_bytes)

    def __repr__(self) -> str:
        """Say where it lies and what it holds."""
        return f"TableDataset({str(self.path)!r}, {len(self.tracks)} tracks, {len(self.rows)} rows)"

    @property
    def sequence_names(self) -> list[str]:
        """Names of the sequences of a row, ``sequence`` first; none where only numbers are read."""
        return sorted(self.config.sequence_names, key=lambda name: name != SEQUENCE)

    @property
    def label_tracks(self) -> tuple[int, ...]:
        """Tracks that are 0 or 1 in every row where they were measured, and both somewhere."""
        n = self.statistics.get("labels", {}).get("all", {}).get("n", [])
        return tuple(track for track, count in enumerate(n) if count)

    @property
    def windows(self) -> pd.DataFrame:
        """Rows that are in a split, as windows: chrom (the row's id), start, end, split, row."""
        rows = self.rows[self.rows["split"].notna()]
        return pd.DataFrame(
            {"chrom": rows["id"], "start": 0, "end": self.bin_bp, "split": rows["split"], "row": rows.index}
        ).reset_index(drop=True)

    def cut_windows(
        self, window_bp: int, crop_bins: int, stride_bp: int | None = None, split: str | None = None
    ) -> pd.DataFrame:
        """Return the rows of a split (:attr:`windows`); a table has one window length.

        Raises
        ------
        ConfigError
            Another window, a crop or a stride is asked for, or there is no such split.
        """
        if (window_bp, crop_bins) != (self.bin_bp, 0) or stride_bp not in (None, window_bp):
            raise ConfigError(
                "E496",
                str(self.path),
                f"rows have {self.bin_bp} bp and no crop; wanted are {window_bp} bp, crop_bins {crop_bins}",
                "Build the table with the model's window_bp, and leave crop_bins out.",
            )
        windows = self.windows
        if split is None:
            return windows
        if split not in SPLITS:
            raise ConfigError("E404", "split", f"no split is called {split!r}", nearest(split, SPLITS))
        return windows[windows["split"] == split].reset_index(drop=True)

    def read_inputs(self, rows: Rows) -> dict[str, np.ndarray]:
        """Return the inputs of some rows by name, new arrays: codes (row, base) and numbers (row, ...)."""
        names = [*self.sequence_names, *self.config.inputs]
        return {name: self._arrays.read(layout.input_store(name), rows) for name in names}

    def read_values(self, rows: Rows) -> Float32[np.ndarray, "row track"]:
        """Return the stored values of some rows, NaN where masked; a new array."""
        return self._arrays.read(layout.VALUES_STORE, rows)


def _row_bytes(store: Path) -> int:
    """Return the bytes of one row of a store, decoded."""
    array = open_array(store / layout.block_name(0))
    return int(np.prod(array.shape[1:], dtype=int)) * array.dtype.itemsize


def _read_rows(path: Path) -> pd.DataFrame:
    files = sorted((path / layout.ROWS).glob("*.parquet"))
    tables = [layout.ROW_SCHEMA.read(file) for file in files]
    return pd.concat(tables, ignore_index=True)


class _Arrays:
    """The arrays of all blocks: decoded whole and kept where they fit memory, else read row by row.

    Open arrays belong to the process that opened them; the decoded ones, plain memory, are shared by a fork.
    """

    def __init__(self, path: Path, n_rows: int, block_rows: int, *, keeps: bool) -> None:
        self.path, self.n_rows, self.block_rows, self.keeps = path, n_rows, block_rows, keeps
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._open: dict[tuple[str, int], zarr.Array] = {}
        self._decoded: dict[str, np.ndarray] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Pickle where to read; the other process reads for itself."""
        return {name: getattr(self, name) for name in ("path", "n_rows", "block_rows", "keeps")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start empty."""
        self.__dict__.update(state)
        self._reset()

    def read(self, store: str, rows: Rows) -> np.ndarray:
        """Return some rows of a store, in the order asked for."""
        if self.keeps:
            if store not in self._decoded:
                self._decoded[store] = self._whole(store)
            return self._decoded[store][rows]
        return self._some(store, rows)

    def _whole(self, store: str) -> np.ndarray:
        first_rows = range(0, self.n_rows, self.block_rows)
        return np.concatenate(
            [self._guard(store, first, lambda array: np.asarray(array[:])) for first in first_rows]
        )

    def _some(self, store: str, rows: Rows) -> np.ndarray:
        blocks = rows // self.block_rows
        found: np.ndarray | None = None
        for block in np.unique(blocks):
            places = np.flatnonzero(blocks == block)
            first = int(block) * self.block_rows
            part = self._guard(store, first, _rows_of(rows[places] - first))
            if found is None:
                found = np.empty((len(rows), *part.shape[1:]), dtype=part.dtype)
            found[places] = part
        if found is None:
            raise ValueError("no rows are asked for")
        return found

    def _guard(self, store: str, first: int, read: Callable[[zarr.Array], np.ndarray]) -> np.ndarray:
        """Name the store when it cannot be decoded (CRC32C, zstd, a lost file)."""
        if self._pid != os.getpid():
            self._pid, self._open = os.getpid(), {}
        path = self.path / store / layout.block_name(first)
        try:
            if (store, first) not in self._open:
                self._open[store, first] = open_array(path)
            return read(self._open[store, first])
        except (OSError, RuntimeError, ValueError) as fault:
            todo = "Remove the folder and run senformer build again, or copy it again."
            raise DataError("E412", str(path), f"is damaged: {fault}", todo) from fault


def _rows_of(rows: Rows) -> Callable[[zarr.Array], np.ndarray]:
    return lambda array: np.asarray(array.oindex[rows])


def row_numbers(windows: pd.DataFrame) -> Rows:
    """Return the row numbers of a table of windows that a table dataset gave."""
    return windows["row"].to_numpy(dtype=np.int64)
