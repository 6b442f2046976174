import pytest

from senformer.core.errors import ConfigError
from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.plateau import Plateau


def test_plateau__the_state_of_the_run_holds_its_factor():
    assert [Plateau(patience=1).at(step, 4) for step in (0, 3)] == [1.0, 1.0]


def test_plateau__is_in_the_table():
    assert SCHEDULES["plateau"] is Plateau


def test_plateau__falls_after_its_patience_down_to_the_smallest():
    plateau, state, found = Plateau(factor=0.5, patience=2, min_rate=0.3e-3), None, []
    for value in (0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.9):
        state = plateau.after(state, value, 1e-3)
        found.append((state["factor"], state["waited"]))
    assert [waited for _, waited in found] == [0, 1, 0, 1, 0, 1, 0, 0]
    assert [factor for factor, _ in found] == pytest.approx([1, 1, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3])


def test_plateau__a_rate_below_the_smallest_is_not_raised():
    assert Plateau(patience=1, min_rate=1.0).after(None, None, 1e-3)["factor"] == 1.0


def test_plateau__a_loss_falls():
    plateau = Plateau(metric="human.valid_loss", patience=1, min_delta=0.1)
    # 0.95 is better than 1, but not by more than 0.1
    state = plateau.after(plateau.after(None, 1.0, 1e-3), 0.95, 1e-3)
    assert (state["best"], state["factor"]) == (1.0, 0.5)


def test_plateau__smallest_rate_that_is_none():
    Plateau(min_rate=0.9e-3).check(1e-3)
    found = "train.schedule_options.min_rate: is 0.001, so that the rate of 0.001 never falls. Give a smaller"
    with pytest.raises(ConfigError, match=found):
        Plateau(min_rate=1e-3).check(1e-3)
