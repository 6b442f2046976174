from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.constant import constant


def test_constant__stays():
    assert [constant(step, 7) for step in (0, 3, 6)] == [1.0, 1.0, 1.0]


def test_constant__is_in_the_table():
    assert SCHEDULES["constant"] is constant
