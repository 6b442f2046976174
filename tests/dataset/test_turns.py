"""Jobs in turn: the order of results, how many are made ahead, faults and deaths."""

import os
from collections.abc import Iterator
from functools import partial

import pytest

from senformer.core.errors import DataError, StorageError
from senformer.dataset.turns import in_turn


def square(number: int) -> int:
    if number == 13:
        raise DataError("E488", "line 13", "is wrong")
    if number == 99:
        os._exit(1)
    return number * number


def jobs(numbers: list[int], made: list[int]) -> Iterator:
    for number in numbers:
        made.append(number)
        yield str(number), partial(square, number)


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_in_turn__in_order_and_few_ahead(workers: int) -> None:
    made: list[int] = []
    for done, (name, result) in enumerate(in_turn(jobs(list(range(12)), made), workers, "x")):
        assert (name, result) == (str(done), done * done)
        assert len(made) <= done + 2 * workers
    assert len(made) == 12


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_in_turn__a_fault_comes_through(workers: int) -> None:
    with pytest.raises(DataError, match="line 13"):
        list(in_turn(jobs([1, 13, 2], []), workers, "x"))


@pytest.mark.slow
def test_in_turn__a_death_is_named() -> None:
    with pytest.raises(StorageError, match="x: a build process died"):
        list(in_turn(jobs([1, 99, 2], []), 2, "x"))
