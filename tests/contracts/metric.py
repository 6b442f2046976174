"""What every metric of ``METRICS`` keeps: one answer for one set of values, however it was cut.

Each metric's test calls :func:`check_metric` with its sums and an outside library's function.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

N_TRACKS = 5
Reference = Callable[[np.ndarray, np.ndarray], float]
Values = tuple[np.ndarray, np.ndarray]


def check_metric(
    make: Callable[[int], Any],
    reference: Reference,
    constant: float | None = float("nan"),
    labels: bool = False,
    *,
    is_shift_invariant: bool = True,
    rtol: float = 1e-12,
) -> None:
    """Check the contract.

    Parameters
    ----------
    make
        Number of tracks to an empty metric.
    reference
        Prediction and target of one track, without masked values, to the metric.
    constant
        The written answer for a track with a side that is all one value; None where it is as any other.
    labels
        Whether targets are labels, 0 or 1; constant predictions are then a case as any other.
    is_shift_invariant
        Whether an offset of both sides changes nothing.
    rtol
        How far the answer on small values may be from the reference, and from that of another split.
    """
    values = toy_labels() if labels else toy_values()
    _equals_the_reference(make, reference, values, rtol)
    _does_not_depend_on_the_split(make, values, rtol)
    _leaves_out_masked_values(make, values)
    _answers_empty_and_constant_input(make, constant, values, labels)
    if is_shift_invariant:
        _keeps_its_digits_far_from_zero(make, reference, values, 0 if labels else 4096)
    _leaves_its_arguments(make, values)


def toy_labels(seed: int = 4) -> Values:
    """Return prediction and label (window, bin, track), some predictions alike, a tenth of labels masked."""
    prediction, target = toy_values(seed)
    labels = np.where(np.isnan(target), np.nan, target > 1.5).astype(np.float32)
    return np.round(prediction, 1), labels


def toy_values(seed: int = 4) -> Values:
    """Return prediction and target (window, bin, track), a tenth of the targets masked."""
    rng = np.random.default_rng(seed)
    target = rng.gamma(0.5, 3.0, (7, 11, N_TRACKS)).astype(np.float32)
    prediction = (0.3 * target + rng.gamma(1.0, 1.0, target.shape)).astype(np.float32)
    target[rng.random(target.shape) < 0.1] = np.nan
    return prediction, target


def _expected(reference: Reference, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    answers = []
    for track in range(target.shape[-1]):
        x, y = prediction[..., track].ravel(), target[..., track].ravel()
        known = ~np.isnan(y)
        answers.append(reference(x[known].astype(np.float64), y[known].astype(np.float64)))
    return np.array(answers)


def _equals_the_reference(
    make: Callable[[int], Any], reference: Reference, values: Values, rtol: float
) -> None:
    prediction, target = values
    found = make(N_TRACKS).add(prediction, target).result()
    np.testing.assert_allclose(found, _expected(reference, prediction, target), rtol=rtol)


def _does_not_depend_on_the_split(make: Callable[[int], Any], values: Values, rtol: float) -> None:
    prediction, target = values
    whole = make(N_TRACKS).add(prediction, target)
    rng = np.random.default_rng(2)
    for n_parts in (2, 3, 7):
        order = rng.permutation(len(target))
        parts = [make(N_TRACKS) for _ in range(n_parts)]
        for place, window in enumerate(order):
            parts[place % n_parts].add(prediction[window], target[window])
        forward, backward = make(N_TRACKS), make(N_TRACKS)
        for part in parts:
            forward, backward = forward + part, part + backward
        for total in (forward, backward):
            np.testing.assert_allclose(total.result(), whole.result(), rtol=rtol)
            np.testing.assert_array_equal(total.n, whole.n)


def _leaves_out_masked_values(make: Callable[[int], Any], values: Values) -> None:
    prediction, target = (array.copy() for array in values)
    known = make(N_TRACKS).add(prediction, target).result()
    prediction[np.isnan(target)] = 1e30
    np.testing.assert_array_equal(make(N_TRACKS).add(prediction, target).result(), known)
    # a window without a measured bin changes nothing
    sums = make(N_TRACKS).add(prediction, target).add(prediction, np.full_like(target, np.nan))
    np.testing.assert_array_equal(sums.result(), known)
    np.testing.assert_array_equal(sums.n, (~np.isnan(target)).sum(axis=(0, 1)))


def _answers_empty_and_constant_input(
    make: Callable[[int], Any], constant: float | None, values: Values, labels: bool
) -> None:
    assert np.isnan(make(N_TRACKS).result()).all()
    prediction, target = (array.copy() for array in values)
    target[..., 0] = np.nan
    target[..., 1] = 1 if labels else 0.1
    if labels:
        target[..., 2] = 0
    else:
        prediction[..., 2] = 0.1
    sums = make(N_TRACKS)
    for window in range(len(target)):
        sums.add(prediction[window], target[window])
    found = sums.result()
    assert np.isnan(found[0])
    if constant is None:
        assert np.isfinite(found[1:3]).all()
    else:
        np.testing.assert_equal(found[1:3], [constant, constant])
    assert np.isfinite(found[3:]).all()
    np.testing.assert_array_equal(sums.is_constant, [False, True, True, False, False])


def _keeps_its_digits_far_from_zero(
    make: Callable[[int], Any], reference: Reference, values: Values, offset: float
) -> None:
    prediction, target = values
    # Exact in float32, so that the shifted values carry the same information.
    prediction, target = np.round(prediction * 8) / 8 + 4096, np.round(target * 8) / 8 + offset
    sums = make(N_TRACKS)
    for window in range(len(target)):
        sums.add(prediction[window], target[window])
    expected = _expected(reference, prediction - 4096, target - offset)
    np.testing.assert_allclose(sums.result(), expected, rtol=1e-9)


def _leaves_its_arguments(make: Callable[[int], Any], values: Values) -> None:
    prediction, target = values
    kept = prediction.copy(), target.copy()
    one, other = make(N_TRACKS).add(prediction, target), make(N_TRACKS).add(prediction[:2], target[:2])
    before = one.result()
    one + other
    np.testing.assert_array_equal(one.result(), before)
    np.testing.assert_array_equal(prediction, kept[0])
    np.testing.assert_array_equal(target, kept[1])
