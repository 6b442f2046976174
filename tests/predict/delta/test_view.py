import numpy as np

from senformer.predict.delta.view import View

PERMUTATION = np.array([2, 1, 0, 3])


def test_view__all_by_default():
    assert View().rows(3, False).tolist() == [0, 1, 2]
    assert View().columns(PERMUTATION, False) is None


def test_view__a_turned_pass_has_its_bins_in_reverse_and_pairs_exchanged():
    view = View(np.array([0, 2]), np.array([3, 0]))
    assert view.rows(5, True).tolist() == [4, 2]
    assert view.columns(PERMUTATION, True).tolist() == [3, 2]
    assert View().columns(PERMUTATION, True).tolist() == [2, 1, 0, 3]


def test_take__bins_and_tracks_in_the_order_that_is_wanted():
    whole = np.arange(24).reshape(2, 3, 4)
    found = View(np.array([2, 0]), np.array([1])).take(whole)
    assert found.tolist() == [[[9], [1]], [[21], [13]]]
