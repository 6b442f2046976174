import numpy as np
import pytest

from senformer.dataset.homology.links import Links, join


def link(a, b, reverse=False, gapless=True, group=0) -> Links:
    return Links(np.array([a]), np.array([b]), np.array([reverse]), np.array([gapless]), np.array([group]))


@pytest.mark.parametrize(
    ("reverse", "expected"),
    [
        (False, [([10, 14], [100, 104]), ([14, 17], [104, 107]), ([17, 20], [107, 110])]),
        (True, [([10, 14], [106, 110]), ([14, 17], [103, 106]), ([17, 20], [100, 103])]),
    ],
)
def test_split__cuts_both_sides_at_the_same_base(reverse, expected):
    found = link([10, 20], [100, 110], reverse).split(np.array([5, 10, 14, 17, 20, 30]))
    assert list(zip(found.a.tolist(), found.b.tolist(), strict=True)) == expected


def test_split__interpolates_where_there_are_gaps():
    found = link([0, 10], [100, 120], gapless=False).split(np.array([5]))
    assert (found.a.tolist(), found.b.tolist()) == ([[0, 5], [5, 10]], [[100, 110], [110, 120]])


def test_split__without_a_border_inside_changes_nothing():
    found = link([10, 20], [100, 110])
    assert found.split(np.array([10, 20])) is found
    assert found.split(np.zeros(0, np.int64)) is found


def test_split_both__borders_of_either_side():
    found = link([0, 10], [100, 110], reverse=True).split_both(np.array([2, 103]))
    # Base 103 is the partner of base 6: 110 - 103 = 7 bases come before it.
    assert sorted(found.a.tolist()) == [[0, 2], [2, 7], [7, 10]]
    assert sorted(found.b.tolist()) == [[100, 103], [103, 108], [108, 110]]


def test_join__keeps_groups_apart_unless_told():
    one, two = link([0, 1], [5, 6], group=3), link([2, 3], [7, 8], group=0)
    assert join([one, two]).group.tolist() == [3, 4]
    assert join([one, two], same_groups=True).group.tolist() == [3, 0]
    assert len(join([])) == 0


def test_swap__and_shorter_side():
    found = link([0, 10], [100, 107], gapless=False)
    assert found.swap().a.tolist() == [[100, 107]]
    assert found.shorter_bp.tolist() == [7]
