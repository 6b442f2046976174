"""Batches: windows of a dataset put together as arrays, with or without augmentation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from senformer.dataset.augment import reverse_complement_batch
from senformer.dataset.store import Dataset
from senformer.genome.interval import Interval


@dataclass(frozen=True)
class Batch:
    """Examples side by side.

    Attributes
    ----------
    sequence
        Codes A, C, G, T, N = 0..4 of the whole input.
    targets
        Scaled values, NaN where masked.
    windows
        The stretch each example was read from, after its shift; strand ``-`` if reverse complemented.
    """

    sequence: UInt8[np.ndarray, "batch base"]
    targets: Float[np.ndarray, "batch bin track"]
    windows: tuple[Interval, ...]


def assemble(
    dataset: Dataset,
    windows: Sequence[Interval],
    crop_bins: int,
    shifts_bp: Sequence[int] | None = None,
    flips: Sequence[bool] | None = None,
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
    """
    shifts = [0] * len(windows) if shifts_bp is None else [int(shift) for shift in shifts_bp]
    flips = [False] * len(windows) if flips is None else [bool(flip) for flip in flips]
    sequences, targets, read = [], [], []
    for window, shift, flip in zip(windows, shifts, flips, strict=True):
        bin_bp = dataset.bin_bp
        codes = dataset.sequence(window.chrom, window.start + shift, window.end + shift)
        lo, hi = window.start // bin_bp + crop_bins, window.end // bin_bp - crop_bins
        values = dataset.targets(window.chrom, lo, hi)
        if flip:
            codes, values = reverse_complement_batch(codes, values, dataset.strand_permutation)
        sequences.append(codes)
        targets.append(values)
        strand = "-" if flip else "+"
        read.append(Interval(window.chrom, window.start + shift, window.end + shift, strand))
    return Batch(np.stack(sequences), np.stack(targets), tuple(read))


def eval_batches(dataset: Dataset, windows: pd.DataFrame, crop_bins: int, batch_size: int) -> Iterator[Batch]:
    """Yield batches of ``windows`` in order, not augmented; the last may be smaller."""
    intervals = window_intervals(windows)
    for first in range(0, len(intervals), batch_size):
        yield assemble(dataset, intervals[first : first + batch_size], crop_bins)


def window_intervals(windows: pd.DataFrame) -> list[Interval]:
    """Return the rows of a window table as intervals."""
    return [Interval(row.chrom, int(row.start), int(row.end)) for row in windows.itertuples(index=False)]
