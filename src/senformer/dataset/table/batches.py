"""Batches of table rows: put together, augmented, and for training a pure function of (seed, step)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int64

from senformer.core.errors import ConfigError
from senformer.core.seeding import numpy_rng
from senformer.core.shapes import N_CODE
from senformer.dataset.batch import Batch
from senformer.dataset.example_weights import weights_of
from senformer.dataset.loader import draw_turns, part_of_batch
from senformer.dataset.sampling import epoch_places
from senformer.dataset.table.store import TableDataset, row_numbers
from senformer.dataset.windows import refuse_empty_splits
from senformer.genome.interval import Interval
from senformer.genome.sequence import encode, reverse_complement

Rows = Int64[np.ndarray, " row"]


def assemble_rows(
    dataset: TableDataset,
    rows: Rows,
    shifts_bp: Int64[np.ndarray, " row"] | None = None,
    flips: Bool[np.ndarray, " row"] | None = None,
) -> Batch:
    """Read rows as one batch.

    Parameters
    ----------
    dataset, rows
        Where to read, and the numbers of the rows.
    shifts_bp
        Bases by which each sequence moves to the right in its padding; what it leaves is N.
    flips
        Which rows to read from the other strand: sequences are reverse complemented, inputs that say so are
        turned round, and each value is its partner's.
    """
    inputs = dataset.read_inputs(rows)
    values = dataset.read_values(rows)
    for name in dataset.sequence_names if shifts_bp is not None else ():
        inputs[name] = _shifted(inputs[name], shifts_bp)
    if flips is not None and flips.any():
        for name, array in turn_inputs(dataset, {n: array[flips] for n, array in inputs.items()}).items():
            inputs[name][flips] = array
        values[flips] = values[flips][:, dataset.strand_permutation]
    ids = dataset.rows["id"].iloc[rows].to_numpy()
    strands = np.where(flips, "-", "+") if flips is not None else ["+"] * len(rows)
    windows = tuple(
        Interval(name or "row", 0, dataset.bin_bp, str(strand))
        for name, strand in zip(ids, strands, strict=True)
    )
    sequence = inputs.pop("sequence", np.empty((len(rows), 0), dtype=np.uint8))
    return Batch(sequence, values[:, None, :], windows, inputs)


def turn_inputs(dataset: TableDataset, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the inputs of some rows as the other strand has them."""
    turned = {}
    for name, array in inputs.items():
        if name in dataset.sequence_names:
            turned[name] = reverse_complement(array)
        else:
            turned[name] = array[:, ::-1].copy() if dataset.config.inputs[name].flip else array
    return turned


def refuse_unturned(dataset: TableDataset, model: str, along: Sequence[str], instead: str) -> None:
    """Raise where both strands are read and an input would stay as it is while the sequence is turned.

    Parameters
    ----------
    dataset
        The rows.
    model
        Its name, for the message.
    along
        Inputs of the model that lie along its sequence.
    instead
        How to read one strand.

    Raises
    ------
    ConfigError
        The first such input that was not built with ``flip: true``.
    """
    for name in along:
        if name in dataset.config.inputs and not dataset.config.inputs[name].flip:
            found = f"input {name!r} lies along the sequence in {model}, and is not turned round with it"
            todo = f"Build it with inputs: {{{name}: {{flip: true}}}}, or {instead}."
            raise ConfigError("E638", str(dataset.path), found, todo)


def _shifted(codes: np.ndarray, shifts_bp: Int64[np.ndarray, " row"] | None) -> np.ndarray:
    moved = codes
    if shifts_bp is not None and shifts_bp.any():
        place = np.arange(codes.shape[1]) - shifts_bp[:, None]
        is_in = (place >= 0) & (place < codes.shape[1])
        moved = np.where(
            is_in, np.take_along_axis(codes, place.clip(0, codes.shape[1] - 1), axis=1), np.uint8(N_CODE)
        )
    return moved


def row_batches(dataset: TableDataset, windows: pd.DataFrame, batch_size: int) -> Iterator[Batch]:
    """Yield batches of rows in order, not augmented; the last may be smaller."""
    rows = row_numbers(windows)
    for first in range(0, len(rows), batch_size):
        yield assemble_rows(dataset, rows[first : first + batch_size])


class TableBatches:
    """The training examples of a table, addressed by step number, as :class:`TrainBatches` are.

    A shift moves the sequence within its padding: none of its bases, nor of its flanks, is lost. Tables of
    several sequences, and those cut from a genome, are not shifted.

    Attributes
    ----------
    n_windows
        Rows in an epoch.
    steps_per_epoch
        Steps until every row was seen at least once.
    """

    def __init__(
        self,
        dataset: TableDataset,
        split: str,
        batch_size: int,
        seed: int,
        max_shift_bp: int = 3,
        reverse_complement: bool = True,
        part: tuple[int, int] = (0, 1),
        n_runs: int = 1,
        weights: pd.DataFrame | None = None,
    ) -> None:
        self.dataset, self.split, self.batch_size, self.seed = dataset, split, batch_size, seed
        self._examples = part_of_batch(batch_size, part, n_runs)
        self.max_shift_bp, self.reverse_complement = max_shift_bp, reverse_complement
        self.rows: Rows = np.flatnonzero((dataset.rows["split"] == split).to_numpy())
        refuse_empty_splits(
            dataset.windows, [split], dataset.bin_bp, f"the dataset {dataset.path} gives none"
        )
        self._rooms = shift_rooms(dataset, self.rows)
        where = f"{dataset.path} split {split!r}"
        table = dataset.rows.iloc[self.rows]
        self._weights = None if weights is None else weights_of(table, weights, where)

    @property
    def n_windows(self) -> int:
        """Rows in an epoch."""
        return len(self.rows)

    @property
    def steps_per_epoch(self) -> int:
        """Steps until every row was seen at least once."""
        return -(-self.n_windows // self.batch_size)

    def batch(self, step: int) -> Batch:
        """Return this process' part of the batch of ``step`` (counted from 0)."""
        rng = numpy_rng(self.seed, "augment", self.dataset.organism, step)
        shifts, flips = draw_turns(rng, self.batch_size, self.max_shift_bp, self.reverse_complement)
        ours = self._examples
        first = step * self.batch_size
        places = epoch_places(self.seed, self.dataset.organism, first, self.batch_size, self.n_windows)[ours]
        shifts = np.clip(shifts[ours], *self._rooms[places].T)
        found = assemble_rows(self.dataset, self.rows[places], shifts, flips[ours])
        return found if self._weights is None else replace(found, weights=self._weights[places])


def shift_rooms(dataset: TableDataset, rows: Rows) -> Int64[np.ndarray, "row 2"]:
    """Return by how many bases each sequence may move to the left (negative) and to the right."""
    config = dataset.config
    if config.locus is not None or len(dataset.sequence_names) > 1:
        return np.zeros((len(rows), 2), dtype=np.int64)
    table = dataset.rows.iloc[rows]
    left, right = len(encode(config.flanks.left)), len(encode(config.flanks.right))
    room_left = np.maximum(table["start_bp"].to_numpy(np.int64) - left, 0)
    room_right = np.maximum(dataset.bin_bp - table["end_bp"].to_numpy(np.int64) - right, 0)
    return np.stack([-room_left, room_right], axis=1)
