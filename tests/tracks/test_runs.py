import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from senformer.tracks.binning import bin_signal
from senformer.tracks.runs import Runs, bin_runs, nan_bases


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
    st.integers(1, 7),
    st.sampled_from(["sum", "mean", "max"]),
    st.sampled_from([0.0, np.nan]),
    st.integers(0, 1000),
)
def test_bin_runs__is_pooling_of_the_bases(bases, bin_bp, stat, uncovered, first_bin):
    n_bins = len(bases) // bin_bp
    signal, start = np.array(bases[: n_bins * bin_bp], dtype=np.float32), first_bin * bin_bp
    runs = _runs_of(signal, start)
    filled = np.where(np.isinf(signal), np.float32(uncovered), signal)
    expected = bin_signal(filled, bin_bp, stat)
    np.testing.assert_allclose(bin_runs(runs, start, bin_bp, n_bins, stat, uncovered), expected, rtol=1e-6)
    assert nan_bases(runs, len(filled), uncovered) == np.isnan(filled).sum()


def test_bin_runs__one_run_over_many_bins():
    runs = Runs(np.array([5]), np.array([5_000_003]), np.array([2], dtype=np.float32))
    pooled = bin_runs(runs, 0, 10, 500_001, "sum", 0.0)
    assert (pooled[0], pooled[1], pooled[499_999], pooled[500_000]) == (10, 20, 20, 6)
    assert pooled.sum() == 2 * 4_999_998


def test_bin_runs__small_bins_beside_large_ones_keep_their_digits():
    runs = Runs(np.array([0, 10]), np.array([10, 20]), np.array([3e30, 1e-30], dtype=np.float32))
    assert bin_runs(runs, 0, 10, 2, "sum", 0.0)[1] == pytest.approx(1e-29, rel=1e-6)


def test_bin_runs__no_such_pooling():
    with pytest.raises(ValueError, match="no pooling is called 'median'"):
        bin_runs(_runs_of(np.zeros(4, np.float32), 0), 0, 2, 2, "median", 0.0)
