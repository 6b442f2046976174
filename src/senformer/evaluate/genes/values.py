"""Expression of each gene, measured and predicted: bins of windows, scaling undone, summed, logarithm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float32, Float64

from senformer.core.commit import commit_file
from senformer.evaluate.genes.experiments import Experiments
from senformer.tracks.scaling import Scaling

_SIDES = ("measured", "predicted")
# Finer than measurements are, and coarser than what float32 and undoing a scaling leave of a count.
_MANTISSA_BITS = 18

Stored = Float32[np.ndarray, "entry experiment"]
Expression = Float64[np.ndarray, "gene experiment"]


@dataclass(frozen=True)
class EntryValues:
    """Stored values of some bins, each read from the track of its gene's strand; NaN where there is none."""

    measured: Stored
    predicted: Stored


def read_entries(
    entries: pd.DataFrame,
    strands: Sequence[str],
    experiments: Experiments,
    windows: Iterable[tuple[np.ndarray, np.ndarray]],
) -> EntryValues:
    """Take the bins of some genes from windows.

    Parameters
    ----------
    entries
        Columns window (from 0, of ``windows``), gene, bin; by window.
    strands
        Strand of every gene; one without a strand is read as one on the plus strand.
    experiments
        Which columns to read.
    windows
        Target and prediction (bin, track) of each window.
    """
    shape = (len(entries), len(experiments))
    found = EntryValues(np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32))
    is_minus = (np.array(strands, dtype=object) == "-")[entries["gene"].to_numpy()].astype(np.int64)
    bins = entries["bin"].to_numpy()
    rows_of = entries.groupby("window").indices
    for number, (target, prediction) in enumerate(windows):
        for row in rows_of.get(number, ()):
            columns = experiments.columns[:, is_minus[row]]
            for values, side in ((target, found.measured), (prediction, found.predicted)):
                side[row] = np.where(columns >= 0, values[bins[row], np.maximum(columns, 0)], np.nan)
    return found


def write_entries(path: Path, values: EntryValues) -> None:
    """Write values as npz, without a pickle; every number is kept bit by bit."""
    arrays = {"measured": values.measured, "predicted": values.predicted}
    commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))


def read_written(paths: Sequence[Path], n_experiments: int) -> EntryValues:
    """Return the values of several files, one after the other."""
    sides: dict[str, list[np.ndarray]] = {name: [np.empty((0, n_experiments), np.float32)] for name in _SIDES}
    for path in paths:
        with np.load(path, allow_pickle=False) as arrays:
            for name in _SIDES:
                sides[name].append(arrays[name])
    return EntryValues(*(np.concatenate(sides[name]) for name in _SIDES))


def log_expression(
    stored: Stored,
    entries: pd.DataFrame,
    strands: Sequence[str],
    experiments: Experiments,
    scalings: Sequence[Scaling],
) -> Expression:
    """Return ``log(1 + x)`` of every gene, x the sum over its bins in measured units.

    NaN where a bin has no value, or where x is -1 or less. A track whose scale is negative holds its signal
    below zero: its size counts.
    """
    gene = entries["gene"].to_numpy()
    is_minus = np.array(strands, dtype=object) == "-"
    total = np.empty((len(strands), len(experiments)))
    for place, columns in enumerate(experiments.columns):
        for side, column in enumerate(columns):
            mine = is_minus == bool(side)
            measured = np.full(len(gene), np.nan)
            if column >= 0:
                scaling, here = scalings[column], mine[gene]
                measured[here] = np.sign(scaling.scale) * scaling.inverse(stored[here, place])
            total[mine, place] = np.bincount(gene, measured, len(strands))[mine]
    with np.errstate(invalid="ignore"):
        return np.log1p(np.where(total > -1, total, np.nan))


def tie_equal_counts(measured: Expression) -> Expression:
    """Return expression whose counts are rounded to 18 bits, so that equal ones are ties.

    Of bins that were stored scaled, five starts in one come back a little apart from two and three in two;
    ranks, and the quantiles of specificity, would be told by that. Whole numbers lie on the grid.
    """
    mantissa, exponent = np.frexp(np.expm1(measured))
    return np.log1p(np.ldexp(np.round(np.ldexp(mantissa, _MANTISSA_BITS)), exponent - _MANTISSA_BITS))
