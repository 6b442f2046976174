from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.plateau import Plateau


def test_plateau__the_state_of_the_run_holds_its_factor():
    assert [Plateau(patience=1).at(step, 4) for step in (0, 3)] == [1.0, 1.0]


def test_plateau__is_in_the_table():
    assert SCHEDULES["plateau"] is Plateau
