"""R2: values by hand, and scikit-learn under any cut."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import r2_score
from tests.contracts.metric import toy_values

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.evaluate.metrics.r2 import R2


def test_r2__by_hand() -> None:
    # targets 1 2 3: total 2; errors 1, 0, 0: 1 - 1 / 2. The mean as prediction: 0.
    target = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    found = METRICS["r2"](2).add(np.array([[2.0, 2.0], [2.0, 2.0], [3.0, 2.0]]), target).result()
    np.testing.assert_allclose(found, [0.5, 0.0], atol=1e-15)


def test_r2__of_the_state_of_pearson() -> None:
    prediction, target = toy_values()
    state = PearsonSums(5).add(prediction, target).state
    np.testing.assert_array_equal(R2.from_state(state).result(), R2(5).add(prediction, target).result())


def test_r2__undefined_where_the_targets_do_not_vary() -> None:
    found = R2(3).add(np.arange(6.0).reshape(2, 3), np.array([[0.1, np.nan, np.nan], [0.1, np.nan, 1.0]]))
    assert np.isnan(found.result()).all()


def test_r2__a_constant_prediction_has_one() -> None:
    found = R2(1).add(np.full((3, 1), 5.0), np.array([[1.0], [2.0], [3.0]])).result()
    np.testing.assert_allclose(found, [1 - (16 + 9 + 4) / 2])


@given(seed=st.integers(0, 2**32), n_parts=st.integers(1, 9), offset=st.sampled_from([0.0, 3.0, 4096.0]))
def test_r2__as_scikit_learn_under_any_cut(seed: int, n_parts: int, offset: float) -> None:
    rng = np.random.default_rng(seed)
    y = rng.gamma(0.5, 3.0, (40, 3)) + offset
    x = 0.5 * (y - offset) + rng.normal(size=y.shape) + offset
    total, owner = R2(3), rng.integers(0, n_parts, len(y))
    for part in rng.permutation(n_parts):
        total = total + R2(3).add(x[owner == part], y[owner == part])
    np.testing.assert_allclose(total.result(), r2_score(y, x, multioutput="raw_values"), atol=1e-10)
