"""ProfileAuprc: scikit-learn's average precision on labels written out."""

import numpy as np
from sklearn.metrics import average_precision_score

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.profile_auprc import ProfileAuprc


def profiles() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    shape = np.exp(-((np.arange(100) - 50) ** 2) / 20)[:, None]
    target = rng.poisson(300 * shape / shape.sum() + 0.4, (9, 100, 2)).astype(np.float32)
    prediction = (shape + rng.gamma(1.0, 0.1, target.shape)).astype(np.float32)
    return prediction, target


def test_profile_auprc__as_scikit_learn_on_labels_written_out() -> None:
    prediction, target = profiles()
    target[0, :, 0] = 0  # too few counts
    target[1, 10:20, 1] = np.nan
    found = METRICS["profile_auprc"](2).add(prediction, target).result()
    for track in range(2):
        labels, scores = [], []
        for window in range(9):
            known = ~np.isnan(target[window, :, track])
            y = target[window, known, track].astype(float)
            x = prediction[window, known, track].astype(float)
            if y.sum() <= 2.5 / 0.015:
                continue
            sure = (y / y.sum() >= 0.015) | (y / y.sum() < 0.005)
            labels.append(y[sure] / y.sum() >= 0.015)
            scores.append(x[sure] / x.sum())
        expected = average_precision_score(np.concatenate(labels), np.concatenate(scores))
        np.testing.assert_allclose(found[track], expected, rtol=1e-12)


def test_profile_auprc__windows_add_up() -> None:
    prediction, target = profiles()
    whole = ProfileAuprc(2).add(prediction, target)
    total = ProfileAuprc(2)
    for window in range(9):
        total = total + ProfileAuprc(2).add(prediction[window], target[window])
    np.testing.assert_array_equal(total.result(), whole.result())
    np.testing.assert_array_equal(ProfileAuprc.from_state(total.state, 2).result(), whole.result())
