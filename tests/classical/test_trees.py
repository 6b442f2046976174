"""Trees and calibration as arrays say what scikit-learn's own objects say."""

import sys

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression

from senformer.classical.trees import TreesConfig, complete_tree, fit_trees, tree_arrays
from senformer.core.errors import MissingInputError
from senformer.model.blocks.calibrated_trees import CalibratedTrees, stack_trees


def rows(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 7)).astype(np.float32)
    odds = 2 * x[:, 0] + x[:, 1] * x[:, 2] - 0.5
    return x, (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.float64)


def head(*tracks):
    sizes, arrays = stack_trees(list(tracks))
    found = CalibratedTrees(len(tracks), sizes)
    found.load_state_dict(arrays)
    return found


@pytest.mark.parametrize("depth", [1, 4, 6])
def test_tree_arrays__equal_scikit_learn(depth):
    x, y = rows(300, 1)
    learner = HistGradientBoostingClassifier(max_depth=depth, max_iter=20, max_leaf_nodes=None)
    learner.fit(x, y > 0.5)
    p = learner.predict_proba(x)[:, 1]
    calibration = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(p, y)
    found = head(tree_arrays(learner, calibration, depth))
    others, _ = rows(500, 2)
    expected = learner.predict_proba(others)[:, 1]
    tensor = torch.from_numpy(others).double()
    np.testing.assert_allclose(torch.sigmoid(found.scores(tensor))[:, 0], expected, rtol=1e-12)
    np.testing.assert_allclose(
        found.probabilities(tensor)[:, 0], calibration.predict(expected), rtol=1e-10, atol=1e-12
    )
    np.testing.assert_allclose(
        torch.sigmoid(found(tensor))[:, 0], calibration.predict(expected), rtol=1e-7, atol=2e-12
    )


def test_fit_trees__learns_and_stops():
    train, valid, test = rows(400, 1), rows(150, 2), rows(400, 3)
    config = TreesConfig(learning_rate=0.1, l2=1.0, rounds=200, patience=5)
    found = fit_trees(train, valid, config)
    assert 5 < len(found.values) < 200
    assert found.features.shape == (len(found.values), 15)
    p = head(found).probabilities(torch.from_numpy(test[0]).double())[:, 0].numpy()
    assert p[test[1] == 1].mean() > p[test[1] == 0].mean() + 0.25
    again = fit_trees(train, valid, config)
    np.testing.assert_array_equal(again.values, found.values)


OPTIONS = {
    "learning_rate": 0.3,
    "max_depth": 6,
    "l2": 30.0,
    "rounds": 7,
    "patience": 1,
    "min_rows_leaf": 40,
    "max_bins": 8,
}


@pytest.mark.parametrize("option", OPTIONS)
def test_fit_trees__every_option_counts(option):
    train, valid = rows(400, 1), rows(150, 2)
    # The valid rows are few enough for the area to fall before the last round.
    plain = {"learning_rate": 0.1, "l2": 1.0, "rounds": 60, "patience": 20}
    x = torch.from_numpy(rows(200, 3)[0]).double()
    one, other = (
        head(fit_trees(train, valid, TreesConfig(**settings))).scores(x)
        for settings in (plain, plain | {option: OPTIONS[option]})
    )
    assert not torch.allclose(one, other, atol=1e-6)


def test_options__all_but_those_of_rows_and_device():
    # Rows that stop the trees are drawn where a dataset is read (tests/train/fit/test_trees.py).
    assert {*OPTIONS, "seed", "valid_fraction", "device"} == set(TreesConfig.model_fields)


def test_fit_trees__splits_lie_between_bins():
    train, valid = rows(400, 1), rows(150, 2)
    found = [
        fit_trees(train, valid, TreesConfig(learning_rate=0.1, l2=1.0, rounds=30, max_bins=bins))
        for bins in (2, 255)
    ]
    used = [len(np.unique(trees.thresholds[trees.features == 0])) for trees in found]
    # One split between two bins, and the 0 where a tree splits no further.
    assert used[0] <= 2 < used[1]


def test_complete_tree__a_leaf_above_the_others():
    dtype = [("is_leaf", "u1"), ("value", "f8"), ("feature_idx", "i8"), ("num_threshold", "f8")]
    nodes = np.zeros(3, dtype=[*dtype, ("left", "u4"), ("right", "u4")])
    nodes[0] = (0, 0.0, 5, 0.5, 1, 2)
    nodes[1] = (1, -1.0, 0, 0.0, 0, 0)
    nodes[2] = (1, 2.0, 0, 0.0, 0, 0)
    features, thresholds, values = complete_tree(nodes, 2)
    assert (features[0], thresholds[0], values.tolist()) == (5, 0.5, [-1, -1, 2, 2])


def test_fit_trees__needs_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingInputError, match=r"pip install 'senformer\[classical\]'"):
        fit_trees(rows(20, 1), rows(20, 2), TreesConfig())
