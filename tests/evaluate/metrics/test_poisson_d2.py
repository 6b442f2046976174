"""PoissonD2: values by hand, and scikit-learn under any cut."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import d2_tweedie_score
from tests.contracts.metric import toy_values

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.poisson_d2 import PoissonD2
from senformer.evaluate.metrics.poisson_deviance import PoissonDeviance


def test_poisson_d2__the_mean_explains_nothing_and_the_target_all() -> None:
    target = np.array([[1.0, 1.0], [2.0, 2.0], [6.0, 6.0]])
    found = METRICS["poisson_d2"](2).add(np.column_stack([np.full(3, 3.0), target[:, 1]]), target).result()
    np.testing.assert_allclose(found, [0.0, 1.0], atol=1e-15)


def test_poisson_d2__the_unit_cancels_out() -> None:
    prediction, target = toy_values()
    one, other = (PoissonD2(5).add(scale * prediction, scale * target).result() for scale in (1, 64))
    np.testing.assert_allclose(one, other, rtol=1e-10)


def test_poisson_d2__undefined_where_the_targets_do_not_vary() -> None:
    target = np.array([[0.1, 0.0, np.nan], [0.1, 0.0, 1.0], [0.1, 0.0, np.nan]])
    parts = [PoissonD2(3).add(np.ones((1, 3)), row[None]) for row in target]
    assert np.isnan((parts[0] + parts[1] + parts[2]).result()).all()


def test_poisson_d2__of_the_state_of_the_deviance() -> None:
    prediction, target = toy_values()
    state = PoissonDeviance(5).add(prediction, target).state
    np.testing.assert_array_equal(
        PoissonD2.from_state(state).result(), PoissonD2(5).add(prediction, target).result()
    )


@given(seed=st.integers(0, 2**32), n_parts=st.integers(1, 9), scale=st.sampled_from([1e-3, 1.0, 1e4]))
def test_poisson_d2__as_scikit_learn_under_any_cut(seed: int, n_parts: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    y = rng.poisson(2.0, (40, 3)) * scale
    y[0] = scale
    x = 0.5 * y + rng.gamma(2.0, 1.0, y.shape) * scale
    total, owner = PoissonD2(3), rng.integers(0, n_parts, len(y))
    for part in rng.permutation(n_parts):
        total = total + PoissonD2(3).add(x[owner == part], y[owner == part])
    expected = [d2_tweedie_score(y[:, track], x[:, track], power=1) for track in range(3)]
    np.testing.assert_allclose(total.result(), expected, atol=1e-10)
