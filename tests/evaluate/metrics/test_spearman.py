"""Spearman: the contract against SciPy; counts in cells within their bound."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.metric import check_metric, toy_values

from senformer.evaluate.grid import make_grid
from senformer.evaluate.metrics import METRICS, spearman
from senformer.evaluate.metrics.spearman import Spearman, SpearmanCells


def rho(x: np.ndarray, y: np.ndarray) -> float:
    return scipy.stats.spearmanr(x, y).statistic


def test_spearman__contract() -> None:
    check_metric(METRICS["spearman"], rho)


def test_spearman__by_hand() -> None:
    # ranks 1 2 3 and 1 3 2: as in Pearson's example, 0.5
    found = Spearman(1).add(np.array([[1.0], [20.0], [300.0]]), np.array([[1.0], [30.0], [20.0]]))
    np.testing.assert_allclose(found.result(), [0.5])
    np.testing.assert_array_equal(found.bound(), [0.0])


def test_from_state__every_value_comes_back() -> None:
    sums = Spearman(5).add(*toy_values())
    back = Spearman.from_state(sums.state)
    np.testing.assert_array_equal(back.result(), sums.result())


def draws(seed: int, n_values: int, shape: str) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions and targets of three tracks: heavy tails, many zeros, or all but one equal."""
    rng = np.random.default_rng(seed)
    y = rng.gamma(0.4, 3.0, (n_values, 3)).astype(np.float32)
    x = (0.5 * y + rng.gamma(1.0, 1.0, y.shape)).astype(np.float32)
    if shape == "zeros":
        y[rng.random(y.shape) < 0.7] = 0
        x[rng.random(x.shape) < 0.3] = 0.25
    if shape == "opposite":
        x = -y + rng.normal(0, 0.01, y.shape).astype(np.float32)
    y[rng.random(y.shape) < 0.1] = np.nan
    return x, y


@given(
    seed=st.integers(0, 2**32),
    n_values=st.sampled_from([3, 40, 900]),
    n_cells=st.sampled_from([2, 5, 32]),
    shape=st.sampled_from(["tails", "zeros", "opposite"]),
)
def test_spearman_cells__never_beyond_their_bound(seed: int, n_values: int, n_cells: int, shape: str) -> None:
    x, y = draws(seed, n_values, shape)
    # The cells are those of other values, as they are of some windows alone.
    counts = SpearmanCells(make_grid(*draws(seed + 1, 60, shape), n_cells)).add(x, y)
    found, bound = counts.result(), counts.bound()
    for track in range(3):
        known = ~np.isnan(y[:, track])
        if np.isnan(found[track]):
            continue
        assert abs(found[track] - rho(x[known, track], y[known, track])) <= bound[track] + 1e-12


def test_spearman_cells__of_many_values_are_close() -> None:
    x, y = draws(3, 60_000, "tails")
    counts = SpearmanCells(make_grid(x[::3], y[::3], 112)).add(x, y)
    known = ~np.isnan(y)
    exact = [rho(x[known[:, track], track], y[known[:, track], track]) for track in range(3)]
    np.testing.assert_allclose(counts.result(), exact, atol=2e-4)
    assert (counts.bound() < 0.02).all()


def test_spearman_cells__as_fine_as_the_values_are_exact() -> None:
    x, y = np.round(np.array(draws(5, 400, "tails")[0])), np.round(draws(5, 400, "tails")[1])
    steps = np.arange(60, dtype=np.float32)[:, None].repeat(3, 1)
    counts = SpearmanCells(make_grid(steps, steps, 61)).add(x, y)
    known = ~np.isnan(y)
    exact = [rho(x[known[:, track], track], y[known[:, track], track]) for track in range(3)]
    np.testing.assert_allclose(counts.result(), exact, rtol=1e-12)


def test_spearman_cells__parts_add_up_bit_by_bit() -> None:
    x, y = draws(7, 500, "zeros")
    grid = make_grid(x, y, 16)
    whole, total = SpearmanCells(grid).add(x, y), SpearmanCells(grid)
    for rows in np.array_split(np.random.default_rng(1).permutation(500), 6):
        total = total + SpearmanCells(grid).add(x[rows], y[rows])
    np.testing.assert_array_equal(total.state, whole.state)
    np.testing.assert_array_equal(SpearmanCells.from_state(total.state, grid).result(), whole.result())


def test_spearman_cells__without_a_correlation() -> None:
    x, y = draws(7, 50, "tails")
    grid = make_grid(x, y, 8)
    assert np.isnan(SpearmanCells(grid).result()).all()
    y[:, 0], y[:, 1] = np.nan, 1.0
    found = SpearmanCells(grid).add(x, y).result()
    np.testing.assert_array_equal(np.isnan(found), [True, True, False])


def test_plus__other_cells_are_refused() -> None:
    x, y = draws(7, 50, "tails")
    with pytest.raises(ValueError, match="same cells"):
        SpearmanCells(make_grid(x, y, 8)) + SpearmanCells(make_grid(x, y, 9))
    with pytest.raises(ValueError, match="same number of tracks"):
        Spearman(2) + Spearman(3)


@pytest.mark.parametrize("zeros", [0.9, 0.994, 0.9995])
def test_spearman_cells__of_sparse_tracks(zeros: float) -> None:
    rng = np.random.default_rng(4)
    y = rng.gamma(0.5, 3.0, (40_000, 2)).astype(np.float32)
    x = (0.5 * y + rng.gamma(1.0, 1.0, y.shape)).astype(np.float32)
    y[rng.random(y.shape) < zeros] = 0
    counts = SpearmanCells(make_grid(x[::3], y[::3], 112)).add(x, y)
    exact = [rho(x[:, track], y[:, track]) for track in range(2)]
    np.testing.assert_allclose(counts.result(), exact, atol=1e-3)
    assert (np.abs(counts.result() - exact) <= counts.bound()).all()
    assert (counts.bound() < 0.05).all()


@pytest.mark.parametrize("n_tracks", [1, 300])
def test_spearman_cells__threads_change_nothing(n_tracks: int) -> None:
    rng = np.random.default_rng(2)
    prediction, target = rng.random((2, 40, n_tracks), np.float32)
    target[rng.random(target.shape) < 0.2] = np.nan
    grid = make_grid(prediction, target, 8)
    whole = SpearmanCells(grid).add(prediction, target)
    with ThreadPoolExecutor(3) as pool:
        threads = SpearmanCells(grid).add(prediction[:15], target[:15], pool)
        threads.add(prediction[15:], target[15:], pool)
    assert np.array_equal(threads.state, whole.state)
    assert whole.state.sum() == np.isfinite(target).sum()
    # A pair at a time.
    plain = np.zeros_like(whole.state)
    sides = ((grid.prediction, prediction), (grid.target, target))
    for value, track in np.argwhere(np.isfinite(target)):
        pair = [int((edges[track] <= side[value, track]).sum()) for edges, side in sides]
        plain[track, pair[0] * 8 + pair[1]] += 1
    assert np.array_equal(whole.state, plain)


def test_bound__takes_no_second_ranking(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = draws(7, 50, "tails")
    y[:, 0], y[:, 1] = np.nan, 1.0
    exact, counted = Spearman(3).add(x, y), SpearmanCells(make_grid(x, y, 8)).add(x, y)
    calls, plain = [], spearman._of_counts
    monkeypatch.setattr(spearman, "_of_counts", lambda *given: calls.append(1) or plain(*given))
    rho, bound = counted.result(), counted.bound()
    assert len(calls) == 3
    np.testing.assert_array_equal(np.isnan(bound), np.isnan(rho))
    counted.add(x, y)
    assert (counted.bound()[2], counted.result()[2]) != (bound[2], rho[2])
    assert len(calls) == 6
    wanted = np.where(np.isnan(exact.result()), np.nan, 0.0)
    monkeypatch.setattr(spearman, "rankdata", None)
    np.testing.assert_array_equal(exact.bound(), wanted)
