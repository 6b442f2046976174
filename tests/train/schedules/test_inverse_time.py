import pytest

from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.inverse_time import InverseTime


def test_inverse_time__the_divisor_grows_with_the_updates():
    schedule = InverseTime(decay=8e-7)
    assert [schedule.at(step, 10) for step in (0, 1_250_000)] == pytest.approx([1.0, 0.5])


def test_inverse_time__does_not_depend_on_the_number_of_steps():
    assert InverseTime.is_open_ended
    assert SCHEDULES["inverse_time"] is InverseTime
