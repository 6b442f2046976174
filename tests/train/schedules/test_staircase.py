import pytest

from senformer.train.schedules.staircase import Staircase


def test_staircase__falls_at_once_and_not_between():
    schedule = Staircase()
    assert [schedule.at(step, 10**6) for step in (0, 199_999, 200_000, 399_999)] == [1, 1, 0.2, 0.2]
    assert schedule.at(650_000, 10**6) == pytest.approx(0.2**3)
