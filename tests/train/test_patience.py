from senformer.train.patience import Watch, wait

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
