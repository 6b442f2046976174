import numpy as np

from senformer.evaluate.grid import cells, is_single, make_grid


def test_make_grid__cells_of_equal_shares():
    values = np.random.default_rng(1).gamma(0.5, 3.0, (10_000, 2)).astype(np.float32)
    grid = make_grid(values, values, 16)
    assert (grid.n_cells, grid.n_tracks) == (16, 2)
    counts = np.stack([np.bincount(row, minlength=16) for row in cells(grid.prediction, values)])
    assert abs(counts - 625).max() <= 2


def test_make_grid__masked_values_count_on_neither_side():
    x = np.arange(8, dtype=np.float32)[:, None]
    y = np.where(x < 4, np.nan, x).astype(np.float32)
    grid = make_grid(x, y, 2)
    np.testing.assert_array_equal(grid.prediction, [[6.0]])
    np.testing.assert_array_equal(grid.target, [[6.0]])


def test_make_grid__a_track_without_data_has_cells_all_the_same():
    grid = make_grid(np.ones((3, 1), np.float32), np.full((3, 1), np.nan, np.float32), 4)
    np.testing.assert_array_equal(grid.target, [[0.0, 0.0, 0.0]])


def test_cells__equal_values_share_one():
    edges = np.array([[1.0, 1.0, 2.0]], np.float32)
    np.testing.assert_array_equal(
        cells(edges, np.array([[0.5], [1.0], [1.5], [2.0], [9.0]])), [[0, 2, 2, 3, 3]]
    )


def test_make_grid__a_value_that_many_share_has_a_cell_of_its_own():
    values = np.concatenate([np.zeros(900), np.linspace(1, 2, 100)]).astype(np.float32)[:, None]
    edges = make_grid(values, values, 10).target[0]
    own = np.searchsorted(edges, np.float32(0), side="right")
    assert is_single(edges)[own]
    counts = np.bincount(cells(edges[None], values)[0], minlength=10)
    assert counts[own] == 900
    # The other edges part what is left.
    assert counts[counts > 0][1:].max() <= 20


def test_is_single__cells_of_one_value_and_empty_ones():
    edges = np.array([0.0, np.nextafter(np.float32(0), np.float32(1)), 1.0, 1.0], np.float32)
    np.testing.assert_array_equal(is_single(edges), [False, True, False, True, False])


def test_cells__as_a_search_for_each_value():
    """With ties, values on edges and NaN: the cell is how many edges are not above the value."""
    rng = np.random.default_rng(6)
    edges = np.sort(rng.integers(0, 9, (3, 7)).astype(np.float32), axis=1)
    values = rng.integers(-1, 10, (50, 3)).astype(np.float32) + rng.choice([0.0, 0.5], (50, 3))
    values[[4, 9], 1] = np.nan
    wanted = [np.searchsorted(row, values[:, track], side="right") for track, row in enumerate(edges)]
    assert np.array_equal(cells(edges, values), wanted)
    plain = (edges[:, None] <= values.T[..., None]).sum(axis=-1)
    assert np.array_equal(cells(edges, values)[[0, 2]], plain[[0, 2]])
