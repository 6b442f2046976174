import numpy as np
import pytest
import scipy.stats

from senformer.evaluate.metrics import METRICS
from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.evaluate.sums import TrackSums
from senformer.tracks.scaling import Scaling

SCALINGS = [
    Scaling(scale=2.0, clip_soft=3.0),
    Scaling(),
    Scaling(scale=2.0, clip_soft=3.0),
    Scaling(sqrt=True),
]


def values(n_bins: int = 41, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = rng.gamma(0.7, 6.0, (n_bins, 4)).astype(np.float32)
    prediction = (target * 0.4 + rng.gamma(1.0, 2.0, target.shape)).astype(np.float32)
    target[rng.random(target.shape) < 0.2] = np.nan
    return prediction, target


def measure(stored: np.ndarray, track: int) -> np.ndarray:
    """Undo the scaling with the formulas written out."""
    x = stored.astype(np.float64)
    if track in (0, 2):
        x = x / 2
        return np.where(x > 3, (x - 3 + 1) ** 2 + 3 - 1, x)
    return (x + 1) ** 2 - 1 if track == 3 else x


def test_add__raw_on_stored_and_log1p_on_measured_units():
    prediction, target = values()
    sums = TrackSums(SCALINGS)
    sums.add(prediction, target)
    for track in range(4):
        known = ~np.isnan(target[:, track])
        x, y = prediction[known, track], target[known, track]
        raw = scipy.stats.pearsonr(x.astype(float), y.astype(float)).statistic
        log1p = scipy.stats.pearsonr(np.log1p(measure(x, track)), np.log1p(measure(y, track))).statistic
        np.testing.assert_allclose(sums.raw.result()[track], raw, rtol=1e-12)
        np.testing.assert_allclose(sums.log1p_result()[track], log1p, rtol=1e-6)
    assert sums.n_bins == 41


def test_plus__parts_add_up():
    prediction, target = values()
    whole, parts = TrackSums(SCALINGS), TrackSums(SCALINGS)
    whole.add(prediction, target)
    for rows in np.array_split(np.arange(41), 5):
        part = TrackSums(SCALINGS)
        part.add(prediction[rows], target[rows])
        parts = parts + part
    np.testing.assert_allclose(parts.raw.result(), whole.raw.result(), rtol=1e-12)
    np.testing.assert_allclose(parts.log1p_result(), whole.log1p_result(), rtol=1e-12)
    assert parts.n_bins == 41


def test_log1p_result__undefined_at_minus_one_and_counted_nowhere_else():
    prediction, target = values()
    target[5, 1] = -0.5
    target[7, 2] = -2.0
    sums = TrackSums(SCALINGS)
    sums.add(prediction, target)
    # Track 2 has scale 2: -2 stored is -1 measured. Track 1 stays above -1.
    np.testing.assert_array_equal(np.isnan(sums.log1p_result()), [False, False, True, False])
    np.testing.assert_array_equal(sums.below, [False, False, True, False])
    assert np.isfinite(sums.raw.result()).all()
    assert (sums + TrackSums(SCALINGS)).below[2]
    assert (TrackSums(SCALINGS) + sums).below[2]


def test_log1p_result__a_file_with_its_signal_below_zero():
    prediction, target = values()
    above, below = TrackSums([Scaling(scale=2.0)] * 4), TrackSums([Scaling(scale=-2.0)] * 4)
    above.add(prediction, target)
    below.add(prediction, target)
    np.testing.assert_allclose(below.log1p_result(), above.log1p_result(), rtol=1e-12)


def test_add__leaves_its_arguments():
    prediction, target = values()
    kept = prediction.copy(), target.copy()
    TrackSums(SCALINGS).add(prediction, target)
    np.testing.assert_array_equal(prediction, kept[0])
    np.testing.assert_array_equal(target, kept[1])


def test_plus__other_scalings_are_refused():
    with pytest.raises(ValueError, match="same scaling"):
        TrackSums(SCALINGS) + TrackSums(SCALINGS[:3])


def test_log1p_result__a_masked_bin_may_predict_anything():
    prediction, target = values()
    plain = TrackSums(SCALINGS)
    plain.add(prediction, target)
    place = tuple(np.argwhere(np.isnan(target[:, [2]]))[0])
    prediction[place[0], 2] = -9.0
    sums = TrackSums(SCALINGS)
    sums.add(prediction, target)
    assert not sums.below.any()
    np.testing.assert_array_equal(sums.log1p_result(), plain.log1p_result())


def test_log1p_result__what_sqrt_never_makes_is_undefined():
    prediction, target = values()
    prediction[int(np.flatnonzero(~np.isnan(target[:, 3]))[0]), 3] = -1.5
    sums = TrackSums(SCALINGS)
    sums.add(prediction, target)
    np.testing.assert_array_equal(sums.below, [False, False, False, True])


def test_add__many_tracks_go_in_blocks(monkeypatch):
    prediction, target = values()
    whole = TrackSums(SCALINGS * 3)
    whole.add(np.tile(prediction, 3), np.tile(target, 3))
    monkeypatch.setattr("senformer.evaluate.sums._COLUMNS", 5)
    monkeypatch.setattr("senformer.evaluate.metrics.pearson._COLUMNS", 2)
    blocks = TrackSums(SCALINGS * 3)
    blocks.add(np.tile(prediction, 3), np.tile(target, 3))
    np.testing.assert_allclose(blocks.raw.state, whole.raw.state, rtol=1e-12)
    np.testing.assert_allclose(blocks.log1p.state, whole.log1p.state, rtol=1e-12)


def test_add__uses_the_metric_of_the_table(monkeypatch):
    made = []

    class Watched(PearsonSums):
        def __init__(self, n_tracks):
            made.append(n_tracks)
            super().__init__(n_tracks)

    monkeypatch.setitem(METRICS, "pearson", Watched)
    TrackSums(SCALINGS)
    assert made == [4, 4]


def test_log1p_result__of_tracks_scaled_in_a_published_order():
    prediction, target = values()
    scaling = Scaling(clip_soft=3.0, scale=2.0, order="basenji_2020")
    sums = TrackSums([scaling, Scaling(clip_soft=3.0, scale=2.0)] * 2)
    sums.add(prediction, target)
    known = ~np.isnan(target[:, 0])
    # halved, then above 3: the excess squared
    x, y = (stored[known, 0].astype(float) / 2 for stored in (prediction, target))
    x, y = (np.where(v > 3, 3 + (v - 3) ** 2, v) for v in (x, y))
    expected = scipy.stats.pearsonr(np.log1p(x), np.log1p(y)).statistic
    np.testing.assert_allclose(sums.log1p_result()[0], expected, rtol=1e-6)
