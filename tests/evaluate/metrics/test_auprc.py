"""Auprc: the contract against scikit-learn, and values by hand."""

import numpy as np
from sklearn.metrics import average_precision_score
from tests.contracts.metric import check_metric

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.auprc import Auprc


def test_auprc__contract() -> None:
    check_metric(METRICS["auprc"], lambda x, y: average_precision_score(y, x), labels=True)


def test_auprc__by_hand() -> None:
    # positives at 3 (precision 1) and 2, where one of the two is none: 2 of 3
    found = Auprc(1).add(np.array([[3.0], [2.0], [2.0], [1.0]]), np.array([[1.0], [1.0], [0.0], [0.0]]))
    np.testing.assert_allclose(found.result(), [(1 + 2 / 3) / 2])


def test_auprc__constant_scores_give_the_positive_fraction() -> None:
    labels = np.array([[0.0], [1.0], [0.0]])
    np.testing.assert_allclose(Auprc(1).add(np.ones((3, 1)), labels).result(), [1 / 3])
