import numpy as np
import pytest

from senformer.evaluate.bootstrap import (
    block_edges,
    block_sums,
    correlation,
    difference_intervals,
    draw_blocks,
    intervals,
)
from senformer.evaluate.metrics.pearson import PearsonSums


def blocks(n_blocks=20, n_tracks=3, seed=1, size=30):
    rng = np.random.default_rng(seed)
    y = rng.gamma(0.5, 3.0, (n_blocks, size, n_tracks)) + 4096
    x = 0.5 * y + rng.normal(0, 1, y.shape) + rng.normal(0, 0.5, (n_blocks, 1, n_tracks))
    return x, y, np.stack([PearsonSums(n_tracks).add(*pair).state for pair in zip(x, y, strict=True)])


def test_block_edges__cover_all_windows():
    for n_windows in (1, 10, 64, 65, 1937):
        edges = block_edges(n_windows)
        assert (edges[0], edges[-1]) == (0, n_windows)
        assert len(edges) <= 65
        assert (np.diff(edges) > 0).all()


def test_correlation__of_any_draw_is_that_of_its_values():
    x, y, states = blocks()
    sums = block_sums(states)
    for weights in draw_blocks(20, 5, seed=3).astype(int):
        drawn = [np.repeat(side, weights, axis=0).reshape(-1, 3) for side in (x, y)]
        found = correlation(np.tensordot(weights.astype(float), sums, axes=1))
        for track in range(3):
            expected = np.corrcoef(drawn[0][:, track], drawn[1][:, track])[0, 1]
            assert found[track] == pytest.approx(expected, abs=1e-9)


def test_correlation__of_a_constant_is_none():
    states = PearsonSums(1).add(np.full((9, 1), 0.1), np.arange(9.0)[:, None]).state[None]
    assert np.isnan(correlation(block_sums(states).sum(axis=0))).all()
    assert np.isnan(correlation(np.zeros((6, 2)))).all()


def test_draw_blocks__as_many_as_there_are():
    draws = draw_blocks(7, 50)
    assert (draws.sum(axis=1) == 7).all()
    np.testing.assert_array_equal(draws, draw_blocks(7, 50))


def test_intervals__as_draw_by_draw():
    _, _, states = blocks()
    sums = block_sums(states)
    groups = {"some": np.array([True, False, True]), "none": np.zeros(3, bool)}
    ends, means = intervals(sums, groups, np.ones(3, bool))
    drawn = np.array([correlation((row[:, None, None] * sums).sum(axis=0)) for row in draw_blocks(20)])
    np.testing.assert_allclose(ends, np.percentile(drawn, [2.5, 97.5], axis=0), rtol=1e-9)
    np.testing.assert_allclose(means["some"], np.percentile(drawn[:, [0, 2]].mean(axis=1), [2.5, 97.5]))
    assert "none" not in means


def test_intervals__do_not_depend_on_how_tracks_are_cut(monkeypatch):
    _, _, states = blocks(n_tracks=7)
    arguments = block_sums(states), {"all": np.ones(7, bool)}, np.arange(7) != 2
    whole = intervals(*arguments)
    monkeypatch.setattr("senformer.evaluate.bootstrap._COLUMNS", 3)
    parts = intervals(*arguments)
    np.testing.assert_allclose(parts[0], whole[0], rtol=1e-12)
    np.testing.assert_allclose(parts[1]["all"], whole[1]["all"], rtol=1e-12)
    assert np.isnan(whole[0][:, 2]).all()


def test_difference_intervals__as_draw_by_draw():
    sides = [block_sums(blocks(seed=seed)[2]) for seed in (1, 2)]
    found = difference_intervals(*sides, {"all": np.ones(3, bool)})
    drawn = []
    for row in draw_blocks(20):
        one, other = (correlation((row[:, None, None] * side).sum(axis=0)) for side in sides)
        drawn.append((other - one).mean())
    np.testing.assert_allclose(found["all"], np.percentile(drawn, [2.5, 97.5]), rtol=1e-9)
    assert difference_intervals(sides[0][:9], sides[1][:9], {"all": np.ones(3, bool)}) == {}


@pytest.mark.slow
def test_intervals__hold_the_truth_about_as_often_as_they_say():
    # Blocks of a world whose correlation is known: x = y / 2 + noise, both normal.
    rng, truth, held = np.random.default_rng(5), 0.5 / np.sqrt(0.25 + 1), 0
    for _ in range(100):
        y = rng.normal(size=(40, 30, 1))
        x = 0.5 * y + rng.normal(size=y.shape)
        states = np.stack([PearsonSums(1).add(*pair).state for pair in zip(x, y, strict=True)])
        ends, _ = intervals(block_sums(states), {}, np.ones(1, bool))
        held += ends[0, 0] <= truth <= ends[1, 0]
    assert 87 <= held <= 100
