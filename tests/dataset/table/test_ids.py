"""The first repeated id, in whatever chunks the rows come."""

import numpy as np
import pytest

from senformer.dataset.table.ids import Ids


def first_repeat(keys: list[int]) -> tuple[int, int] | None:
    """Return the first row with the key of an earlier one, row by row."""
    seen: dict[int, int] = {}
    for row, key in enumerate(keys):
        if key in seen:
            return row, seen[key]
        seen[key] = row
    return None


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("span", [60, 400, 10**9])
def test_add__equals_the_plain_search(size: int, span: int) -> None:
    for seed in range(12):
        keys = np.random.default_rng(seed).integers(-span, span, 83)
        ids, found = Ids(), None
        for first in range(0, len(keys), size):
            found = ids.add(keys[first : first + size])
            if found is not None:
                break
        assert found == first_repeat(keys.tolist())


def test_add__stops_at_the_chunk_that_repeats() -> None:
    ids = Ids()
    assert ids.add(np.array([5, 3])) is None
    assert ids.add(np.array([], dtype=np.int64)) is None
    assert ids.add(np.array([9, 3, 9])) == (3, 1)
