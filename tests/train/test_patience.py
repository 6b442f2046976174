import pytest

from senformer.train.patience import Watch, lower_rate, wait
from senformer.train.schedules.plateau import Plateau

UP = Watch(metric="valid_pearson")


def _waits(values, watch):
    state, found = None, []
    for value in values:
        state = wait(state, value, watch)
        found.append((state["best"], state["waited"]))
    return found


def test_wait__upwards_with_a_gap():
    # 0.5 is no better than 0.5; None is no better than anything
    found = _waits([0.4, 0.5, 0.5, None, 0.6, 0.1], UP)
    assert found == [(0.4, 0), (0.5, 0), (0.5, 1), (0.5, 2), (0.6, 0), (0.6, 1)]


def test_wait__downwards_by_more_than_delta():
    watch = Watch(metric="valid_loss", is_lower_better=True, min_delta=0.1)
    assert _waits([1.0, 0.95, 0.8], watch) == [(1.0, 0), (1.0, 1), (0.8, 0)]


def test_wait__nothing_defined_yet():
    assert _waits([None, None, 0.1], UP) == [(None, 1), (None, 2), (0.1, 0)]


def test_wait__another_metric_begins_anew():
    state = {"metric": "valid_loss", "best": 9.0, "waited": 3}
    assert wait(state, 0.2, UP) == {"metric": "valid_pearson", "best": 0.2, "waited": 0}


def test_lower_rate__falls_after_its_patience_down_to_the_smallest():
    options, state, found = Plateau(factor=0.5, patience=2, min_rate=0.3e-3), None, []
    for value in (0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.9):
        state = lower_rate(state, value, UP, options, 1e-3)
        found.append((state["factor"], state["waited"]))
    assert [waited for _, waited in found] == [0, 1, 0, 1, 0, 1, 0, 0]
    assert [factor for factor, _ in found] == pytest.approx([1, 1, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3])


def test_lower_rate__a_rate_below_the_smallest_is_not_raised():
    state = lower_rate(None, None, UP, Plateau(patience=1, min_rate=1.0), 1e-3)
    assert state["factor"] == 1.0
