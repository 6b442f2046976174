from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.constant import Constant


def test_constant__stays():
    assert [Constant().at(step, 7) for step in (0, 3, 6)] == [1.0, 1.0, 1.0]
    assert Constant.is_open_ended


def test_constant__is_in_the_table():
    assert SCHEDULES["constant"] is Constant
