"""Batches: windows of a dataset put together as arrays, with or without augmentation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Float32, UInt8

from senformer.core.seeding import numpy_rng
from senformer.dataset.augment import reverse_complement_batch
from senformer.dataset.controls import CONTROL
from senformer.dataset.negatives import is_shuffled
from senformer.dataset.store import Dataset
from senformer.genome.interval import Interval
from senformer.genome.shuffle import shuffle_dinucleotides
from senformer.tracks.table import strand_permutation


@dataclass(frozen=True)
class Batch:
    """Examples side by side.

    Attributes
    ----------
    sequence
        Codes A, C, G, T, N = 0..4 of the whole input; of no base where only ``inputs`` are read.
    targets
        Scaled values, NaN where masked.
    windows
        The stretch each example was read from, after its shift; strand ``-`` if reverse complemented. Of a
        table's row the name, and all of it.
    inputs
        Further inputs of the model, by name.
    weights
        Factor on the loss of every example; None where all count alike.
    """

    sequence: UInt8[np.ndarray, "batch base"]
    targets: Float[np.ndarray, "batch bin track"]
    windows: tuple[Interval, ...]
    inputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    weights: Float32[np.ndarray, " batch"] | None = None

    @property
    def model_inputs(self) -> Any:
        """What a model is given: the codes, or all inputs by name where there are others."""
        if not self.inputs:
            return self.sequence
        return {"sequence": self.sequence, **self.inputs} if self.sequence.shape[1] else dict(self.inputs)


def assemble(
    dataset: Dataset,
    windows: Sequence[Interval],
    crop_bins: int,
    shifts_bp: Sequence[int] | None = None,
    flips: Sequence[bool] | None = None,
    margin_bp: int = 0,
    shuffled: Sequence[bool] | None = None,
) -> Batch:
    """Read windows from the store as one batch.

    Parameters
    ----------
    dataset, windows, crop_bins
        Where to read, which inputs (bin-aligned, one width), and the bins without target at each side.
    shifts_bp
        Bases by which each input, not its target, moves to the right; N beyond the chromosome.
    flips
        Which examples to read from the other strand.
    margin_bp
        Bases to read beyond each input on both sides.
    shuffled
        Which examples are negatives made of a window: what was read of its sequence is shuffled, with its
        dinucleotides kept, from (seed of the negatives, chrom, start); every measured target is 0.
    """
    shifts = [0] * len(windows) if shifts_bp is None else [int(shift) for shift in shifts_bp]
    flips = [False] * len(windows) if flips is None else [bool(flip) for flip in flips]
    shuffled = [False] * len(windows) if shuffled is None else [bool(one) for one in shuffled]
    sequences, targets, controls, read = [], [], [], []
    for window, shift, flip, is_made in zip(windows, shifts, flips, shuffled, strict=True):
        bin_bp = dataset.bin_bp
        first, last = window.start + shift - margin_bp, window.end + shift + margin_bp
        codes = dataset.sequence(window.chrom, first, last, pad=True)
        lo, hi = window.start // bin_bp + crop_bins, window.end // bin_bp - crop_bins
        values = dataset.window_targets(window.chrom, lo, hi)
        if is_made:
            codes = shuffle_dinucleotides(codes, _shuffle_rng(dataset, window))
            values[~np.isnan(values)] = 0
        control = dataset.control(window.chrom, first, last) if dataset.controls else None
        if flip:
            codes, values = reverse_complement_batch(codes, values, dataset.strand_permutation)
            control = None if control is None else turn_control(dataset, control)
        if control is not None:
            controls.append(control)
        sequences.append(codes)
        targets.append(values)
        strand = "-" if flip else "+"
        read.append(Interval(window.chrom, window.start + shift, window.end + shift, strand))
    inputs = {CONTROL: np.stack(controls)} if controls else {}
    return Batch(np.stack(sequences), np.stack(targets), tuple(read), inputs)


def turn_control(
    dataset: Dataset, control: Float[np.ndarray, "*batch base control"]
) -> Float[np.ndarray, "*batch base control"]:
    """Return the controls of windows as the other strand has them."""
    return np.ascontiguousarray(control[..., ::-1, :][..., strand_permutation(dataset.controls)])


def _shuffle_rng(dataset: Dataset, window: Interval) -> np.random.Generator:
    negatives = dataset.config.negatives
    seed = 1 if negatives is None else negatives.seed
    return numpy_rng(seed, "shuffle", window.chrom, window.start)


def eval_batches(
    dataset: Dataset, windows: pd.DataFrame, crop_bins: int, batch_size: int, margin_bp: int = 0
) -> Iterator[Batch]:
    """Yield batches of ``windows`` in order, not augmented; the last may be smaller."""
    intervals = window_intervals(windows)
    shuffled = is_shuffled(dataset.config.negatives, windows).tolist()
    for first in range(0, len(intervals), batch_size):
        ours = slice(first, first + batch_size)
        yield assemble(dataset, intervals[ours], crop_bins, margin_bp=margin_bp, shuffled=shuffled[ours])


def window_intervals(windows: pd.DataFrame) -> list[Interval]:
    """Return the rows of a window table as intervals."""
    return [Interval(row.chrom, int(row.start), int(row.end)) for row in windows.itertuples(index=False)]
