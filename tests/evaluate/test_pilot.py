import numpy as np

from senformer.evaluate.pilot import (
    LABEL_CELLS,
    has_many_scores,
    make_grids,
    pilot_rows,
    read_grids,
    write_grids,
)


def predict(rows):
    for row in rows:
        rng = np.random.default_rng(row)
        yield rng.random((9, 3)).astype(np.float32), rng.random((9, 3)).astype(np.float32)


def test_make_grids__of_pairs_and_of_labels(tmp_path):
    write_grids(tmp_path / "cells.npz", make_grids(predict, np.arange(20), 4, (0, 2)))
    grid, labels = read_grids(tmp_path / "cells.npz")
    values = np.concatenate([prediction for prediction, _ in predict(np.arange(20))])
    expected = np.quantile(values[:, 1], [0.25, 0.5, 0.75], method="higher")
    np.testing.assert_array_equal(grid.prediction[1], expected)
    assert labels.shape == (2, LABEL_CELLS - 1)


def test_make_grids__what_is_not_needed_is_not_there(tmp_path):
    write_grids(tmp_path / "a.npz", make_grids(predict, np.arange(3), 4, ()))
    write_grids(tmp_path / "b.npz", make_grids(predict, np.arange(3), None, (1,)))
    assert read_grids(tmp_path / "a.npz")[1] is None
    assert read_grids(tmp_path / "b.npz")[0] is None


def test_pilot_rows__enough_values_from_end_to_end():
    rows = pilot_rows(1937, 896)
    assert (rows[0], rows[-1]) == (0, 1936)
    assert len(rows) == 50
    assert len(pilot_rows(5, 4)) == 5
    assert len(pilot_rows(10**6, 1)) == 12_500


def test_make_grids__long_windows_are_thinned():
    def long(rows):
        for row in rows:
            values = np.random.default_rng(row).random((4000, 1)).astype(np.float32)
            yield values, values

    found = make_grids(long, np.arange(50), 4, ())["prediction"][0]
    np.testing.assert_allclose(found, [0.25, 0.5, 0.75], atol=0.02)


def test_has_many_scores():
    assert not has_many_scores(100_000, 30)
    assert has_many_scores(455_024, 919)
