import pytest

from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.linear import Linear


def test_linear__falls_to_zero_or_its_final():
    assert [Linear().at(step, 4) for step in (0, 1, 2, 4, 9)] == [1.0, 0.75, 0.5, 0.0, 0.0]
    assert Linear(final=0.2).at(4, 4) == pytest.approx(0.2)


def test_linear__is_in_the_table():
    assert SCHEDULES["linear"] is Linear
