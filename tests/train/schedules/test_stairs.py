from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.stairs import Stairs


def test_stairs__of_one_length():
    schedule = Stairs(n_stairs=3, factor=0.5)
    # Nine steps are three stairs of three; what lies behind the last step stays on the last.
    assert [schedule.at(step, 9) for step in (0, 2, 3, 5, 6, 8, 9)] == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_stairs__is_in_the_table():
    assert SCHEDULES["stairs"] is Stairs
    assert not Stairs().is_open_ended
