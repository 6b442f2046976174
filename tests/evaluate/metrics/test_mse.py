"""Mse: the contract against scikit-learn, and values by hand."""

import numpy as np
from sklearn.metrics import mean_squared_error
from tests.contracts.metric import check_metric

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.mse import Mse


def test_mse__contract() -> None:
    check_metric(METRICS["mse"], lambda x, y: mean_squared_error(y, x), constant=None)


def test_mse__by_hand() -> None:
    # errors 1, 0, -3: (1 + 0 + 9) / 3
    found = Mse(1).add(np.array([[2.0], [5.0], [4.0]]), np.array([[1.0], [5.0], [7.0]]))
    np.testing.assert_allclose(found.result(), [10 / 3], rtol=1e-14)


def test_mse__of_equal_sides_is_never_below_zero() -> None:
    x = np.random.default_rng(3).gamma(1.0, 1e3, (999, 7))
    found = sum((Mse(7).add(part, part) for part in np.array_split(x, 13)), start=Mse(7)).result()
    assert (found >= 0).all()
    assert (found < 1e-9).all()
