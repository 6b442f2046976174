import numpy as np

from senformer.variants.indels import INDELS, IndelPlace
from senformer.variants.indels.shift import halves


def test_shift__mean_of_the_two_windows():
    genome = np.zeros((3, 2), np.float32)
    left = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    right = np.array([[3, 0], [3, 6], [1, 7]], np.float32)
    shift = INDELS["shift"]
    assert shift.anchors == ("left", "right")
    combined = shift.combine(genome, [left, right], IndelPlace(4, 5, 4))
    np.testing.assert_array_equal(combined, [[2, 1], [3, 5], [3, 6.5]])


def test_shift__equal_windows_change_nothing():
    bins = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    np.testing.assert_array_equal(INDELS["shift"].combine(bins, [bins, bins], IndelPlace(4, -5, 4)), bins)


def test_halves__each_window_counts_half():
    read = np.array([0, 1.0, 0, 3.0])
    found = halves([np.ones(4), np.zeros(4)], read, IndelPlace(3, 5, 4))
    np.testing.assert_array_equal(found, [read / 2, read / 2])
