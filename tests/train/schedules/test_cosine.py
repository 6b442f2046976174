import pytest

from senformer.train.schedules import SCHEDULES
from senformer.train.schedules.cosine import Cosine


def test_cosine__falls_from_one_to_zero():
    factors = [Cosine().at(step, 7) for step in range(8)]
    assert factors[0] == 1.0
    assert factors[7] == pytest.approx(0.0, abs=1e-12)
    assert factors == sorted(factors, reverse=True)


def test_cosine__falls_to_its_final():
    factors = [Cosine(final=0.1).at(step, 2) for step in range(3)]
    assert factors == pytest.approx([1.0, 0.55, 0.1])


def test_cosine__beyond_the_end_stays():
    assert Cosine().at(9, 7) == Cosine().at(7, 7)


def test_cosine__is_in_the_table():
    assert SCHEDULES["cosine"] is Cosine
