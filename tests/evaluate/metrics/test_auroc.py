"""Auroc: the contract against scikit-learn, and values by hand."""

import numpy as np
from sklearn.metrics import roc_auc_score
from tests.contracts.metric import check_metric

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.auroc import Auroc


def test_auroc__contract() -> None:
    check_metric(METRICS["auroc"], lambda x, y: roc_auc_score(y, x), labels=True)


def test_auroc__by_hand() -> None:
    # pairs (positive, negative): 3 > 1, 3 > 2, 2 > 1 are won, 2 = 2 is half: 3.5 of 4
    found = Auroc(1).add(np.array([[3.0], [2.0], [2.0], [1.0]]), np.array([[1.0], [1.0], [0.0], [0.0]]))
    np.testing.assert_allclose(found.result(), [3.5 / 4])


def test_auroc__constant_scores_have_no_skill() -> None:
    np.testing.assert_allclose(Auroc(1).add(np.ones((3, 1)), np.array([[0.0], [1.0], [0.0]])).result(), [0.5])
