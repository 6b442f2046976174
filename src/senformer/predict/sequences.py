"""What a model predicts of sequences that are given as text, a row each: a file's, or a list in Python.

They lie in the window as the rows of a table do (:mod:`senformer.predict.sequence_rule`): a prediction is the
one that an evaluation on the table makes.
"""

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int64

from senformer.core.errors import ConfigError, DataError
from senformer.core.schema import Column, TableSchema
from senformer.dataset.table.chunk import Chunk, refuse_missing
from senformer.dataset.table.encode import Place, check_column, encode_column
from senformer.predict.predictor import Inference, Predictor
from senformer.predict.selection import UNITS, select_tracks
from senformer.predict.sequence_rule import SequenceRule, sequence_rule
from senformer.predict.source import load_run_model, pick_head

log = logging.getLogger(__name__)

SEQUENCE = "sequence"
_ID = Column("id", "string", "", "name of the sequence")
_PLACE = (
    Column("bin", "int32", "0-based", "bin of the model's output"),
    Column("start", "int64", "bp", "its first base, counted from the sequence's; below 0: before it"),
    Column("end", "int64", "bp", "the base after its last, counted alike"),
)
# Bases, or predicted values, that one table is made of at once.
_AT_ONCE = 1 << 22
_BATCH_BP, _BATCH_ROWS = 1 << 16, 256


def usual_batch(window_bp: int) -> int:
    """Return how many sequences are predicted at once unless a number is given."""
    return int(np.clip(_BATCH_BP // window_bp, 1, _BATCH_ROWS))


class SequencePredictor:
    """A model that reads sequences as text and answers with tables.

    Attributes
    ----------
    predictor
        The model, on its device.
    selection
        Head, tracks and units.
    rule
        How sequences lie in the window.
    n_bins
        Bins that are predicted of a sequence.
    """

    def __init__(
        self,
        model: Any,
        *,
        head: str | None = None,
        tracks: Sequence[str] | None = None,
        units: str = "stored",
        pad: str | None = None,
        too_long: str = "error",
        **how: Unpack[Inference],
    ) -> None:
        head = pick_head(model, head, "a sequence alone")
        self.selection = select_tracks(model, head, tracks, units)
        self.rule: SequenceRule = sequence_rule(model, head, pad, too_long)
        how.setdefault("batch_size", usual_batch(self.rule.window_bp))
        self.predictor = Predictor(model, **how)
        if self.predictor.margin_bp:
            found = f"sequences have nothing beyond their window to shift by {self.predictor.margin_bp} bp"
            raise ConfigError("E496", "shifts_bp", found, "Leave the shifts out.")
        self.n_bins = self.rule.window_bp // self._bin_bp - 2 * model.crop_bins
        if further := [
            name for name in getattr(model, "inputs", ()) if name not in (SEQUENCE, "global_bins")
        ]:
            log.warning("%s is given no %s: read as 0", model.name, ", ".join(further))

    @property
    def _bin_bp(self) -> int:
        """Bases a bin: of a model of one bin the window, whatever that has grown to."""
        model = self.predictor.model
        return self.rule.window_bp if model.bin_bp == model.window_bp else model.bin_bp

    @property
    def n_rows(self) -> int:
        """Sequences that a table is best made of: whole batches."""
        predictor, head = self.predictor, self.selection.head
        values = self.n_bins * predictor.model.config.heads[head]
        batches = _AT_ONCE // max(self.rule.window_bp, values) // predictor.batch_size
        return max(1, batches) * predictor.batch_size

    @cached_property
    def schema(self) -> TableSchema:
        """Columns of the tables: ``id``, of several bins their place, and a column a track."""
        fixed = (_ID, *(_PLACE if self.n_bins > 1 else ()))
        names = _unlike(self.selection.names, [column.name for column in fixed])
        meanings = (str(record.get("description") or "") for record in self.selection.records)
        tracks = (
            Column(name, "float", UNITS[self.selection.units], meaning)
            for name, meaning in zip(names, meanings, strict=True)
        )
        return TableSchema("predicted sequences", (*fixed, *tracks))

    @property
    def _reads_any_length(self) -> bool:
        return getattr(self.predictor.model, "READS_ANY_LENGTH", False) and self.rule.too_long == "error"

    def widen(self, longest_bp: int) -> None:
        """Make the window as long as the longest sequence, where the model reads any length."""
        if self._reads_any_length:
            self.rule = replace(self.rule, window_bp=max(self.rule.window_bp, longest_bp))

    def check(self, chunk: Chunk, column: str) -> None:
        """Raise DataError where a sequence is empty, too long, or holds a letter that is no base."""
        rule = replace(self.rule, window_bp=sys.maxsize) if self._reads_any_length else self.rule
        try:
            check_column(chunk, column, rule)
        except DataError as fault:
            if fault.code != "E490":
                raise
            todo = "Cut it, or give --too-long crop (too_long='crop'), which keeps its middle."
            raise DataError("E490", fault.where, fault.found, todo) from None

    def predict(self, chunks: Sequence[Chunk], column: str, ids: Sequence[str]) -> pa.Table:
        """Return the predictions of some rows: a row each, or of several bins one for each bin.

        Parameters
        ----------
        chunks, column
            The rows, and which of their columns is the sequence.
        ids
            Their names.

        Raises
        ------
        DataError
            As :meth:`check`, or a prediction is not finite.
        DeviceError
            The device has too little memory.
        """
        parts = [encode_column(chunk, column, self.rule) for chunk in chunks]
        codes = np.concatenate([part[0] for part in parts])
        names = [chunk.where(row) for chunk in chunks for row in range(len(chunk))]
        predicted = self.predictor.predict(codes, self.selection.head, names)
        values = self.selection.take(predicted).reshape(-1, len(self.selection.columns))
        n_bins = predicted.shape[1]
        columns: list[Any] = [pa.array(np.repeat(np.array(ids, dtype=object), n_bins)).dictionary_encode()]
        if self.n_bins > 1:
            places = [_first(chunk, column, part[1]) for chunk, part in zip(chunks, parts, strict=True)]
            columns += self._bins(np.concatenate(places))
        columns += [np.ascontiguousarray(track) for track in values.T]
        return pa.table(columns, names=self.schema.names)

    def _bins(self, first_bp: Int64[np.ndarray, " row"]) -> list[np.ndarray]:
        """Return number, start and end of every bin of windows that begin there."""
        bins = np.arange(self.n_bins, dtype=np.int32)
        start = first_bp[:, None] + (self.predictor.model.crop_bins + bins) * self._bin_bp
        return [np.tile(bins, len(first_bp)), start.ravel(), start.ravel() + self._bin_bp]


def predict_sequences(
    model: Any,
    sequences: Any,
    *,
    column: str = SEQUENCE,
    head: str | None = None,
    tracks: Sequence[str] | None = None,
    units: str = "stored",
    pad: str | None = None,
    too_long: str = "error",
    **how: Unpack[Inference],
) -> pd.DataFrame:
    """Predict sequences that are given as text.

    Parameters
    ----------
    model
        A model, or the path of a run or model folder.
    sequences
        A list of texts, a pandas Series of them, or a DataFrame with them in ``column``. Letters of either
        case; IUPAC letters are read as N.
    head, tracks, units
        Head of the model where it has several; names, assays or indices of tracks, by default all;
        ``stored`` or ``measured``.
    pad
        Where a sequence that is shorter than the window is padded with N: ``center``, ``left``, ``right``; by
        default as in the table that the model was trained on (with its flanks), else ``center``.
    too_long
        A sequence longer than the window is an ``error``, or ``crop`` keeps its middle.
    how
        ``device``, ``precision``, ``strands``, ``batch_size``, as in :class:`Predictor`.

    Returns
    -------
    A row a sequence and a column a track, under the index of ``sequences``. Of a model of several bins a row
    for each bin, and before the tracks the columns ``bin``, ``start`` and ``end``: where the bin lies,
    counted from the sequence's first base.

    Raises
    ------
    DataError
        There is no sequence; one is no text, empty, longer than the window, or holds a letter that is no
        base; a prediction is not finite.
    ConfigError
        The model reads more than a sequence, or there is no such head or track.
    """
    texts, index = _texts(sequences, column)
    if isinstance(model, str | os.PathLike):
        model = load_run_model(model)
    asked = SequencePredictor(model, head=head, tracks=tracks, units=units, pad=pad, too_long=too_long, **how)
    for chunk in _chunks(texts, asked.n_rows):
        asked.check(chunk, SEQUENCE)
    asked.widen(max(map(len, texts)))
    with asked.predictor.hold():
        tables = [
            asked.predict([chunk], SEQUENCE, [""] * len(chunk)) for chunk in _chunks(texts, asked.n_rows)
        ]
    found = pa.concat_tables(tables).drop_columns(["id"]).to_pandas()
    return found.set_axis(index.repeat(len(found) // len(index)))


class _Given(Chunk):
    """Texts of a list, which have no lines but places, from 0."""

    def where(self, row: int, column: str | None = None) -> str:
        return f"sequences[{self.lines[row]}]"


def _chunks(texts: Sequence[str], n_rows: int) -> Iterator[Chunk]:
    for first in range(0, len(texts), n_rows):
        some = pa.array(texts[first : first + n_rows], pa.string())
        yield _Given(Path(), {SEQUENCE: some}, np.arange(first, first + len(some)))


def _texts(sequences: Any, column: str) -> tuple[list[str], pd.Index]:
    """Return what is given as a list of texts, and its index.

    Raises
    ------
    DataError
        There is none, no such column, one text alone, or something else than text.
    """
    if isinstance(sequences, str | bytes):
        raise DataError("E489", "sequences", "is one text", "Give a list: [sequence].")
    if isinstance(sequences, pd.DataFrame):
        refuse_missing(Path("sequences"), [str(name) for name in sequences.columns], [column])
        sequences = sequences[column]
    index = sequences.index if isinstance(sequences, pd.Series) else None
    texts = list(sequences)
    if not texts:
        raise DataError("E497", "sequences", "holds no sequence", "Give at least one.")
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise DataError("E489", f"sequences[{place}]", f"is no text, but {text!r}", "Leave it out.")
    return texts, pd.RangeIndex(len(texts)) if index is None else index


def _first(chunk: Chunk, column: str, place: Place) -> Int64[np.ndarray, " row"]:
    """Return which base of each sequence is the window's first; below 0 where something is before it."""
    lengths = np.asarray(pc.utf8_length(chunk.columns[column]), dtype=np.int64)
    return (lengths - (place.end - place.start)) // 2 - place.start


def _unlike(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Return the names of tracks; the number of the column is added to one that comes twice or is taken."""
    known = Counter([*taken, *names])
    return [name if known[name] == 1 else f"{name}#{place}" for place, name in enumerate(names)]
