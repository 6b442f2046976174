import numpy as np
import pytest

from senformer.evaluate.bootstrap import block_sums, correlation
from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.evaluate.spread import read_blocks, spread_of, write_blocks
from senformer.tracks.track import ALL_TRACKS


@pytest.fixture
def blocks():
    rng = np.random.default_rng(2)
    y = rng.gamma(0.5, 3.0, (12, 2, 30, 5))
    x = y + rng.normal(0, 2, y.shape)
    y[..., 4] = np.nan
    return np.array([[PearsonSums(5).add(x[b, u], y[b, u]).state for u in range(2)] for b in range(12)])


def test_spread_of__tracks_assays_and_all(blocks, toy_dataset):
    spread = spread_of(blocks, toy_dataset.tracks)
    r = correlation(block_sums(blocks[:, 0]).sum(axis=0))
    assert (spread.low[:4] < r[:4]).all()
    assert (r[:4] < spread.high[:4]).all()
    assert np.isnan(spread.low[4])
    assert set(spread.raw) == set(spread.log1p) == {"CAGE", "ATAC", ALL_TRACKS}
    low, high = spread.of("CAGE")["pearson_ci95"]
    assert low < r[[0, 2]].mean() < high
    assert spread.of("no such") == {"pearson_ci95": None, "pearson_log1p_ci95": None}


def test_spread_of__few_blocks_have_none(blocks, toy_dataset):
    assert spread_of(blocks[:9], toy_dataset.tracks) is None


def test_read_blocks__what_was_written(blocks, tmp_path):
    write_blocks(tmp_path / "blocks.npz", blocks)
    raw, log1p = read_blocks(tmp_path / "blocks.npz")
    np.testing.assert_array_equal(raw, block_sums(blocks[:, 0]))
    np.testing.assert_array_equal(log1p, block_sums(blocks[:, 1]))
