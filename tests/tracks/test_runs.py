import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from senformer.tracks.binning import bin_signal
from senformer.tracks.runs import Runs, cut_runs, join_runs, pool_runs


def _runs_of(bases: np.ndarray, start: int) -> Runs:
    """Return the covered bases (not infinite) as runs, NaN as stored, the slow way."""
    found = []
    for place, value in enumerate(bases.tolist()):
        if value == np.inf:
            continue
        if found and found[-1][1] == start + place and str(found[-1][2]) == str(value):
            found[-1][1] += 1
        else:
            found.append([start + place, start + place + 1, value])
    starts, ends, values = zip(*found, strict=True) if found else ((), (), ())
    return Runs(np.array(starts, np.int64), np.array(ends, np.int64), np.array(values, np.float32))


@given(
    st.lists(st.sampled_from([np.inf, 0.0, 1.5, 1.5, 1.5, -2.0, np.nan]), min_size=0, max_size=60),
    st.integers(1, 8),
    st.sampled_from(["sum", "mean", "max"]),
    st.sampled_from([0.0, np.nan]),
    st.integers(0, 1000),
    st.integers(1, 20),
)
def test_pool_runs__is_pooling_of_the_bases(bases, bin_bp, stat, uncovered, first_bin, n_each):
    n_bins = len(bases) // bin_bp
    signal, start = np.array(bases[: n_bins * bin_bp], dtype=np.float32), first_bin * bin_bp
    runs = _runs_of(signal, start)
    filled = np.where(np.isinf(signal), np.float32(uncovered), signal)
    expected = bin_signal(filled, bin_bp, stat)
    parts = [
        Runs(*(column[lo : lo + n_each] for column in runs)) for lo in range(0, len(runs.starts), n_each)
    ]
    found = pool_runs(parts, start, bin_bp, n_bins, stat, uncovered)
    np.testing.assert_allclose(found.values, expected, rtol=1e-6)
    assert found.n_nan_bases == np.isnan(filled).sum()


def test_pool_runs__one_run_over_many_bins():
    runs = Runs(np.array([5]), np.array([5_000_003]), np.array([2], dtype=np.float32))
    pooled = pool_runs([runs], 0, 10, 500_001, "sum", 0.0).values
    assert (pooled[0], pooled[1], pooled[499_999], pooled[500_000]) == (10, 20, 20, 6)
    assert pooled.sum() == 2 * 4_999_998


def test_pool_runs__small_bins_beside_large_ones_keep_their_digits():
    runs = Runs(np.array([0, 10]), np.array([10, 20]), np.array([3e30, 1e-30], dtype=np.float32))
    assert pool_runs([runs], 0, 10, 2, "sum", 0.0).values[1] == pytest.approx(1e-29, rel=1e-6)


def test_pool_runs__no_such_pooling():
    with pytest.raises(ValueError, match="no pooling is called 'median'"):
        pool_runs([_runs_of(np.zeros(4, np.float32), 0)], 0, 2, 2, "median", 0.0)


@given(
    st.lists(st.sampled_from([np.inf, 0.0, 1.5, -2.0]), max_size=40), st.integers(0, 40), st.integers(1, 40)
)
def test_cut_runs__is_the_runs_of_the_bases_inside(bases, start, n_bases):
    runs = _runs_of(np.array(bases), 0)
    inside = _runs_of(np.array(bases[start : start + n_bases]), start)
    for found, expected in zip(cut_runs(runs, start, start + n_bases), inside, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_join_runs__of_parts_and_of_none():
    runs = _runs_of(np.array([0.0, 1.5, np.inf, 2.0]), 7)
    joined = join_runs(Runs(*(column[lo : lo + 2] for column in runs)) for lo in (0, 2))
    assert all(np.array_equal(a, b) for a, b in zip(joined, runs, strict=True))
    assert [len(column) for column in join_runs([])] == [0, 0, 0]
