from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from senformer.evaluate.genes.experiments import Experiments
from senformer.evaluate.genes.values import (
    log_expression,
    read_entries,
    read_written,
    tie_equal_counts,
    write_entries,
)
from senformer.tracks.scaling import Scaling

# Experiment 0 is a pair, 1 has no strand, 2 the minus strand alone.
EXPERIMENTS = Experiments(("p", "u", "m"), ("CAGE",) * 3, np.array([[2, 0], [1, 1], [-1, 3]]))
ENTRIES = pd.DataFrame({"window": [0, 0, 2], "gene": [0, 1, 1], "bin": [4, 0, 1]})
STRANDS = ["+", "-"]


@pytest.fixture
def windows():
    """Return three windows of 5 bins and 4 tracks: target 100 w + 10 b + t, prediction its negative."""
    bins, tracks = np.meshgrid(np.arange(5), np.arange(4), indexing="ij")
    targets = [(100 * number + 10 * bins + tracks).astype(np.float32) for number in range(3)]
    return [(target, -target) for target in targets]


def test_read_entries__the_column_of_the_genes_strand(windows):
    found = read_entries(ENTRIES, STRANDS, EXPERIMENTS, windows)
    expected = [[42, 41, np.nan], [0, 1, 3], [210, 211, 213]]
    np.testing.assert_array_equal(found.measured, expected)
    np.testing.assert_array_equal(found.predicted, np.negative(expected))


def test_write_entries__comes_back_bit_by_bit(windows, tmp_path):
    found = read_entries(ENTRIES, STRANDS, EXPERIMENTS, windows)
    files = [Path(tmp_path / f"{number}.npz") for number in range(2)]
    for file in files:
        write_entries(file, found)
    again = read_written(files, 3)
    np.testing.assert_array_equal(again.measured, np.concatenate([found.measured] * 2))
    np.testing.assert_array_equal(again.predicted, np.concatenate([found.predicted] * 2))
    assert read_written([], 3).measured.shape == (0, 3)


def test_log_expression__sums_measured_units_and_keeps_gaps():
    scalings = [Scaling(scale=-2.0), Scaling(scale=0.5), Scaling(scale=4.0), Scaling()]
    stored = np.array([[8, 1, np.nan], [6, 2, 7], [4, -9, np.nan]], np.float32)
    found = log_expression(stored, ENTRIES, STRANDS, EXPERIMENTS, scalings)
    # Gene 0: 8 / 4, 1 / 0.5, none. Gene 1: (6 + 4) / 2 by size, (2 - 9) / 0.5 is below -1, a gap.
    np.testing.assert_allclose(found, [[np.log(3), np.log(3), np.nan], [np.log(6), np.nan, np.nan]])


def test_tie_equal_counts__of_bins_that_were_scaled():
    rng = np.random.default_rng(5)
    counts = rng.integers(1, 3000, 200).astype(np.float64)
    parts = np.floor(counts * rng.uniform(size=200))
    # Gene 2 k has its count in one bin, gene 2 k + 1 the same one in two.
    entries = pd.DataFrame({"window": 0, "gene": np.repeat(np.arange(400), 2), "bin": 0})
    bins = np.stack([counts, np.zeros_like(counts), parts, counts - parts], axis=1).reshape(-1, 1)
    scaling = Scaling(scale=0.3, sqrt=True)
    experiments = Experiments(("e",), ("CAGE",), np.array([[0, 0]]))
    found = log_expression(scaling.apply(bins), entries, ["+"] * 400, experiments, [scaling])
    assert (found[::2] != found[1::2]).any()
    tied = tie_equal_counts(found)
    np.testing.assert_array_equal(tied[::2], tied[1::2])
    np.testing.assert_allclose(np.expm1(tied[::2, 0]), counts, rtol=1e-12)
    # Other values move by less than a part in 200,000, and gaps stay.
    other = np.array([[0.0, np.nan, 1e-3, 7.7]])
    np.testing.assert_allclose(tie_equal_counts(other), other, rtol=5e-6)
