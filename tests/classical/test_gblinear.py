import numpy as np
import pytest
from tests.oracles import gblinear as oracle

from senformer.classical import gblinear as module
from senformer.classical.gblinear import LinesConfig, fit_lines

RNG = np.random.default_rng(1)
X = RNG.normal(size=(23, 11))
Y = X[:, :3] @ RNG.normal(size=(3, 4)) + 2
CONFIG = LinesConfig(learning_rate=0.3, l2=0.05, rounds=7, base=1.5)


@pytest.mark.parametrize("block", [1, 4, 256])
def test_fit_lines__equals_single_steps(block, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", block)
    found = fit_lines(X, Y, CONFIG)
    for track in range(4):
        weights, intercept = oracle.fit(X, Y[:, track], rate=0.3, l2=0.05, rounds=7, base=1.5)
        np.testing.assert_allclose(found.weights[track], weights, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(found.intercepts[track], intercept, rtol=1e-12)


def test_fit_lines__tracks_with_other_rows_are_apart():
    targets = Y.copy()
    targets[5, 2] = targets[:3, 0] = targets[:3, 3] = np.nan
    found = fit_lines(X, targets, CONFIG)
    for track in range(4):
        rows = np.isfinite(targets[:, track])
        alone = fit_lines(X[rows], targets[rows][:, [track]], CONFIG)
        np.testing.assert_allclose(found.weights[track], alone.weights[0], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(found.intercepts[track], alone.intercepts[0])


def test_fit_lines__many_rounds_reach_ridge_regression():
    config = LinesConfig(learning_rate=1.0, l2=0.1, rounds=400, base=0.0)
    found = fit_lines(X, Y, config)
    middle = X - X.mean(axis=0)
    expected = np.linalg.solve(middle.T @ middle + 0.1 * 23 * np.eye(11), middle.T @ (Y - Y.mean(axis=0)))
    np.testing.assert_allclose(found.weights, expected.T, rtol=1e-8, atol=1e-10)


def test_fit_lines__leaves_its_arguments():
    x, y = X.astype(np.float32), Y.copy()
    before = x.copy(), y.copy()
    fit_lines(x, y, CONFIG)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])
