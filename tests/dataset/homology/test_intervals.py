import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from senformer.dataset.homology.intervals import (
    covered_bp,
    crowded,
    expand,
    intersect,
    merge,
    overlapping,
    total_bp,
)

PAIRS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=9,
)


def bases(rows) -> set[int]:
    return {base for low, high in rows for base in range(low, high)}


def array(rows) -> np.ndarray:
    return np.array(rows, np.int64).reshape(-1, 2)


@settings(max_examples=60, deadline=None)
@given(PAIRS, PAIRS)
def test_intervals__equal_sets_of_bases(left, right):
    merged = merge(array(left))
    assert bases(merged.tolist()) == bases(left)
    assert (merged[1:, 0] > merged[:-1, 1]).all()
    assert total_bp(array(left)) == len(bases(left))
    assert bases(intersect(array(left), array(right)).tolist()) == bases(left) & bases(right)


@settings(max_examples=60, deadline=None)
@given(PAIRS, PAIRS)
def test_overlapping__every_pair_that_shares_a_base(left, right):
    pieces = merge(array(right))
    found = set(zip(*(side.tolist() for side in overlapping(array(left), pieces)), strict=True))
    assert found == {
        (i, j)
        for i, one in enumerate(left)
        for j, two in enumerate(pieces.tolist())
        if bases([one]) & bases([two])
    }


def test_expand__rows_without_items():
    row, number = expand(np.array([2, 0, 3]))
    assert row.tolist() == [0, 0, 2, 2, 2]
    assert number.tolist() == [0, 1, 0, 1, 2]


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.integers(0, 4))
def test_crowded__and_covered__equal_counting_bases(rows, most):
    depth = {base: sum(low <= base < high for low, high in rows) for base in bases(rows)}
    found = crowded(array(rows), most)
    assert bases(found.tolist()) == {base for base, n in depth.items() if n > most}
    assert covered_bp(array(rows), found).tolist() == [
        sum(depth[base] > most for base in range(low, high)) for low, high in rows
    ]
