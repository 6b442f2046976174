"""Training batches as a pure function of (seed, step), and their delivery by worker processes."""

import contextlib
import functools
import os
import signal
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import torch.utils.data
from jaxtyping import Bool, Int

from senformer.core.errors import ConfigError, SenformerError, StorageError
from senformer.core.parent import die_with_parent
from senformer.core.seeding import numpy_rng
from senformer.dataset.batch import Batch, assemble, window_intervals
from senformer.dataset.example_weights import weights_of
from senformer.dataset.examples import AnyDataset
from senformer.dataset.negatives import is_shuffled
from senformer.dataset.sampling import balanced_places, epoch_places, two_classes
from senformer.dataset.store import Dataset
from senformer.dataset.windows import refuse_empty_splits
from senformer.genome.interval import Interval


def eval_windows(
    dataset: AnyDataset, split: str, window_bp: int | None = None, crop_bins: int | None = None
) -> pd.DataFrame:
    """Return the windows of ``split`` with touching, never overlapping targets.

    By default window and crop are the dataset's own.
    """
    window_bp = window_bp or dataset.config.window_bp
    crop_bins = dataset.config.crop_bins if crop_bins is None else crop_bins
    return dataset.cut_windows(window_bp, crop_bins, split=split)


class TrainBatches:
    """The training examples of one dataset, addressed by step number.

    Example ``i`` of step ``s`` is place ``s * batch_size + i`` in an endless row of epochs, each a
    permutation of the windows of its own; shift and strand are drawn from (seed, step). Nothing is kept
    between steps, so that any worker can make any step and a resumed run sees the same data.

    A shift that would read across an end of the window's split region, other than a chromosome's end, is
    cut to what the region allows: no base of another split is read.

    With ``weights`` (of :func:`senformer.dataset.example_weights.read_weights`) every example has a factor on
    its loss.

    With ``balanced``, positives and negatives (``label`` of the windows) take turns, each class in an endless
    row of epochs of its own: see :mod:`senformer.dataset.sampling`.

    Several processes share a batch: each makes its own ``part`` of it, an equal run of examples, and reads
    nothing of the others'. All parts in order are the batch that one process makes. Where a batch is computed
    in ``n_runs`` runs, a part is one of each run, so that the processes together compute what one computes.

    Attributes
    ----------
    n_windows
        Windows in an epoch.
    steps_per_epoch
        Steps until every window was seen at least once.
    """

    def __init__(
        self,
        dataset: Dataset,
        split: str,
        batch_size: int,
        seed: int,
        window_bp: int | None = None,
        crop_bins: int | None = None,
        max_shift_bp: int = 3,
        reverse_complement: bool = True,
        part: tuple[int, int] = (0, 1),
        n_runs: int = 1,
        balanced: bool = False,
        weights: pd.DataFrame | None = None,
    ) -> None:
        self.dataset, self.split, self.batch_size, self.seed = dataset, split, batch_size, seed
        self._examples = part_of_batch(batch_size, part, n_runs)
        self.crop_bins = dataset.config.crop_bins if crop_bins is None else crop_bins
        self.max_shift_bp, self.reverse_complement = max_shift_bp, reverse_complement
        window_bp = window_bp or dataset.config.window_bp
        if window_bp == dataset.config.window_bp and self.crop_bins == dataset.config.crop_bins:
            table = dataset.windows[dataset.windows["split"] == split]
        else:
            table = dataset.cut_windows(window_bp, self.crop_bins, split=split)
        refuse_empty_splits(table, [split], window_bp, f"the dataset {dataset.path} gives none")
        self.windows = window_intervals(table)
        self._shuffled = is_shuffled(dataset.config.negatives, table)
        self._rooms = shift_rooms(dataset, split, self.windows)
        where = f"{dataset.path} split {split!r}"
        self._weights = None if weights is None else weights_of(table, weights, where)
        self._classes = two_classes(table, f"{dataset.path} split {split!r}") if balanced else None

    @property
    def n_windows(self) -> int:
        """Windows in an epoch; under balanced sampling twice the class with more of them."""
        return len(self.windows) if self._classes is None else 2 * max(map(len, self._classes))

    @property
    def steps_per_epoch(self) -> int:
        """Steps until every window was seen at least once."""
        return -(-self.n_windows // self.batch_size)

    def batch(self, step: int) -> Batch:
        """Return this process' part of the batch of ``step`` (counted from 0)."""
        rng = numpy_rng(self.seed, "augment", self.dataset.organism, step)
        shifts, flips = draw_turns(rng, self.batch_size, self.max_shift_bp, self.reverse_complement)
        ours = self._examples
        places = np.asarray(self._places(step))[ours]
        windows = [self.windows[place] for place in places]
        shifts = np.clip(shifts[ours], *self._rooms[places].T)
        found = assemble(
            self.dataset,
            windows,
            self.crop_bins,
            shifts.tolist(),
            flips[ours].tolist(),
            shuffled=self._shuffled[places].tolist(),
        )
        return found if self._weights is None else replace(found, weights=self._weights[places])

    def _places(self, step: int) -> list[int]:
        first = step * self.batch_size
        if self._classes is not None:
            return balanced_places(self._classes, self.seed, self.dataset.organism, first, self.batch_size)
        places = epoch_places(self.seed, self.dataset.organism, first, self.batch_size, self.n_windows)
        return [int(place) for place in places]


def draw_turns(
    rng: np.random.Generator, n: int, max_shift_bp: int, reverse_complement: bool
) -> tuple[Int[np.ndarray, " example"], Bool[np.ndarray, " example"]]:
    """Return by how many bases each example is shifted, and which are read from the other strand."""
    shifts = rng.integers(-max_shift_bp, max_shift_bp, n, endpoint=True)
    flips = rng.random(n) < 0.5
    return shifts, flips & reverse_complement


def part_of_batch(batch_size: int, part: tuple[int, int], n_runs: int = 1) -> Int[np.ndarray, " example"]:
    """Return which examples of every batch process ``part[0]`` of ``part[1]`` makes.

    Of each of ``n_runs`` equal runs of the batch it is an equal share.

    Raises
    ------
    ConfigError
        The batch cannot be shared out equally: a mean over processes would then weigh examples unequally.

    Examples
    --------
    >>> part_of_batch(8, (1, 4))
    array([2, 3])
    >>> part_of_batch(8, (1, 2), n_runs=2)
    array([2, 3, 6, 7])
    """
    number, n_parts = part
    if not 0 <= number < n_parts:
        raise ConfigError("E400", "part", f"process {number} of {n_parts} does not exist", "Count from 0.")
    if batch_size % (n_parts * n_runs):
        runs = "" if n_runs == 1 else f" in {n_runs} parts"
        raise ConfigError(
            "E400",
            "batch_size",
            f"{batch_size} examples cannot be shared out equally to {n_parts} processes{runs}",
            f"Give a multiple of {n_parts * n_runs}.",
        )
    return np.arange(batch_size).reshape(n_runs, n_parts, -1)[:, number].ravel()


def shift_rooms(dataset: Dataset, split: str, windows: list[Interval]) -> Int[np.ndarray, "window 2"]:
    """Return by how many bases each window may move to the left (negative) and to the right in its region.

    Where the region ends with the chromosome the room has no end: there is no base of another split.
    """
    regions = dataset.split_regions[dataset.split_regions["split"] == split]
    by_chrom = {str(chrom): rows[["start", "end"]].to_numpy() for chrom, rows in regions.groupby("chrom")}
    rooms = np.empty((len(windows), 2), dtype=np.int64)
    for row, window in zip(rooms, windows, strict=True):
        spans = by_chrom[window.chrom]
        start, end = spans[np.searchsorted(spans[:, 0], max(window.start, 0), side="right") - 1]
        endless = dataset.chrom_sizes[window.chrom]
        row[0] = start - window.start if start > 0 else -endless
        row[1] = end - window.end if end < endless else endless
    return rooms


@runtime_checkable
class Batches(Protocol):
    """What gives a batch for every step: :class:`TrainBatches`, or the table's."""

    def batch(self, step: int) -> Batch:
        """Return the batch of a step, counted from 0."""


class _Steps(torch.utils.data.Dataset):
    """Batches as a map from place to batch; an error of ours travels as a value, whole."""

    def __init__(self, batches: Batches, first_step: int, last_step: int) -> None:
        self.batches, self.first_step, self.last_step = batches, first_step, last_step

    def __len__(self) -> int:
        return self.last_step - self.first_step

    def __getitem__(self, place: int) -> Batch | SenformerError:
        try:
            return self.batches.batch(self.first_step + place)
        except SenformerError as fault:
            return fault


def _as_it_is(item: Any) -> Any:
    return item


def _follow_parent(parent_pid: int, worker: int) -> None:
    """Leave signals to the parent, and die with it.

    A terminal or scheduler sends its signals to all processes; a worker that died of one would break the
    step that the parent wants to finish and save. A killed parent must not leave workers behind either:
    torch's own watch begins later, and misses a parent that died before or is not the one that forks.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    die_with_parent(parent_pid)


def iterate(
    batches: Batches, first_step: int, last_step: int, workers: int = 0, *, context: str | None = None
) -> Generator[Batch, None, None]:
    """Yield the batches of steps ``first_step`` to ``last_step`` (exclusive), in order.

    Parameters
    ----------
    batches, first_step, last_step
        What to make. The result is the same for every number of workers.
    workers
        Processes that make batches ahead of time; 0 makes them in this one.
    context
        How workers start: ``fork``, ``spawn`` or ``forkserver``; by default the platform's.

    Raises
    ------
    StorageError
        A worker died.
    """
    loader = torch.utils.data.DataLoader(
        _Steps(batches, first_step, last_step),
        batch_size=None,
        shuffle=False,
        num_workers=workers,
        collate_fn=_as_it_is,
        worker_init_fn=functools.partial(_follow_parent, os.getpid()),
        multiprocessing_context=context if workers else None,
        # A generator of its own: the loader would draw a seed from torch's global one.
        generator=torch.Generator(),
    )
    with named_worker_death():
        for item in loader:
            if isinstance(item, SenformerError):
                raise item
            yield item


@contextlib.contextmanager
def named_worker_death() -> Iterator[None]:
    """Turn torch's notice of a killed worker into an error of ours.

    It comes from a signal handler, that is anywhere in the code of the process that has workers: what
    runs between two batches belongs inside too.

    Raises
    ------
    StorageError
        A worker died.
    """
    try:
        yield
    except RuntimeError as fault:
        if "DataLoader worker" not in str(fault):
            raise
        raise StorageError(
            "E418", "data loader", f"a worker process died ({fault})", "Free memory, or use fewer workers."
        ) from fault
