"""Boosted trees of a label and their calibration, fitted by scikit-learn, as plain arrays.

Source: Koido et al. 2023 (MENTR), doi:10.1038/s41551-022-00961-8, whose learner is xgboost.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Float64
from pydantic import Field

from senformer.core.config import Config
from senformer.core.errors import MissingInputError
from senformer.model.blocks.calibrated_trees import TreeArrays


class TreesConfig(Config):
    """How boosted trees are fitted.

    Attributes
    ----------
    seed
        Of the learner, of the rows that are drawn to stop it, and of a bank whose weights are not given.
    learning_rate, max_depth, l2
        What a tree's values count, its splits above a leaf, and what holds its values back.
    rounds, patience
        Trees at most, and trees after which the area under the ROC curve of the valid rows must have risen.
    min_rows_leaf, max_bins
        Rows that a leaf holds at least, and bins of a feature between which splits lie.
    valid_fraction
        Of the train split, to stop and calibrate the trees by, where the dataset has no valid split.
    device
        Where the bank computes.
    """

    seed: int = 12345
    learning_rate: float = Field(default=0.01, gt=0, le=1)
    max_depth: int = Field(default=4, ge=1, le=8)
    l2: float = Field(default=50.0, ge=0)
    rounds: int = Field(default=500, ge=1)
    patience: int = Field(default=10, ge=1)
    min_rows_leaf: int = Field(default=4, ge=1)
    max_bins: int = Field(default=255, ge=2, le=255)
    valid_fraction: float = Field(default=0.2, gt=0, lt=1)
    device: str = "auto"


# Features, and labels 0 and 1.
Rows = tuple[Float[np.ndarray, "_row wide"], Float64[np.ndarray, " _row"]]


def fit_trees(train: Rows, valid: Rows, config: TreesConfig) -> TreeArrays:
    """Fit trees to rows, stop and calibrate them by others.

    Parameters
    ----------
    train, valid
        Features (row, wide) and labels, 0 and 1, both of them in either.
    config
        How.

    Raises
    ------
    MissingInputError
        scikit-learn is not installed.

    Notes
    -----
    Thresholds lie between bins of a feature's values, where xgboost 0.72 tried every value. Time and memory
    go with the number of bins times that of features, in every leaf.
    """
    ensemble, isotonic = _scikit_learn()
    learner = ensemble.HistGradientBoostingClassifier(
        learning_rate=config.learning_rate,
        max_iter=config.rounds,
        max_depth=config.max_depth,
        max_leaf_nodes=None,
        min_samples_leaf=config.min_rows_leaf,
        l2_regularization=config.l2,
        max_bins=config.max_bins,
        early_stopping=True,
        scoring="roc_auc",
        n_iter_no_change=config.patience,
        tol=0.0,
        random_state=config.seed % 2**32,
    )
    learner.fit(train[0], train[1] > 0.5, X_val=valid[0], y_val=valid[1] > 0.5)
    calibration = isotonic.IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    calibration.fit(learner.predict_proba(valid[0])[:, 1], valid[1])
    return tree_arrays(learner, calibration, config.max_depth)


def tree_arrays(learner: Any, calibration: Any, depth: int) -> TreeArrays:
    """Return a fitted classifier of scikit-learn and its calibration as arrays of complete trees."""
    trees = [complete_tree(predictor.nodes, depth) for (predictor,) in learner._predictors]
    features, thresholds, values = (np.stack(part) for part in zip(*trees, strict=True))
    knots = np.stack([calibration.X_thresholds_, calibration.y_thresholds_]).astype(np.float64)
    if knots.shape[1] == 1:
        knots = np.repeat(knots, 2, axis=1)
    baseline = float(np.ravel(learner._baseline_prediction)[0])
    return TreeArrays(features, thresholds, values, baseline, knots)


def complete_tree(nodes: np.ndarray, depth: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features, thresholds and leaf values of a complete tree that says what a grown one does.

    Below a leaf that lies higher all leaves have its value, whatever the splits between.
    """
    n_leaves = 2**depth
    features = np.zeros(n_leaves - 1, dtype=np.int32)
    thresholds, values = np.zeros(n_leaves - 1), np.zeros(n_leaves)
    waiting = [(0, 0, 0)]
    while waiting:
        number, level, place = waiting.pop()
        node = nodes[number]
        if node["is_leaf"]:
            below = 2 ** (depth - level)
            values[place * below : (place + 1) * below] = node["value"]
            continue
        split = 2**level - 1 + place
        features[split], thresholds[split] = node["feature_idx"], node["num_threshold"]
        waiting.append((int(node["left"]), level + 1, 2 * place))
        waiting.append((int(node["right"]), level + 1, 2 * place + 1))
    return features, thresholds, values


def _scikit_learn() -> tuple[Any, Any]:
    try:
        from sklearn import ensemble, isotonic
    except ImportError as fault:
        found = "scikit-learn, which fits them, is not installed"
        todo = "Run: pip install 'senformer[classical]'"
        raise MissingInputError("E593", "boosted trees", found, todo) from fault
    return ensemble, isotonic
