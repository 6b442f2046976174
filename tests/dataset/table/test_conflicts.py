import numpy as np
import pytest

from senformer.dataset.table.conflicts import MOST_VALUES, Conflict, LabelBits

NAN = np.nan


def find(keys, values, codes=None, size=2):
    values = np.array(values, dtype=np.float32)
    bits = LabelBits()
    for first in range(0, len(values), size):
        bits.add(values[first : first + size])
    codes = np.zeros(len(keys), dtype=np.int8) if codes is None else np.array(codes, dtype=np.int8)
    return bits.find(np.array(keys, dtype=np.int64), codes)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_label_bits__sequences_with_both_labels(size):
    values = [[1, 0], [0, 0], [1, 1], [0, NAN], [1, 0]]
    # Key 7 in rows 0 and 2 (the second value), 9 in 3 and 4 (the first value); 8 is alone.
    assert find([7, 8, 7, 9, 9], values, size=size) == Conflict(2, 1, (0, 2))
    assert find([7, 8, 6, 9, 9], values, size=size) == Conflict(1, 0, (3, 4))


def test_label_bits__what_agrees_or_is_no_label():
    assert find([7, 7, 8], [[1], [1], [0]]) is None
    assert find([7, 7, 8], [[1], [NAN], [0]]) is None
    # A value of 0.5 anywhere: no label.
    assert find([7, 7, 8], [[1], [0], [0.5]]) is None
    # A row in no split does not count.
    assert find([7, 7, 8], [[1], [0], [0]], codes=[0, -1, 0]) is None


def test_label_bits__of_many_values_the_first():
    values = np.zeros((2, MOST_VALUES + 1))
    values[1, -1] = 1
    assert find([7, 7], values) is None
    values[1, -2] = 1
    assert find([7, 7], values) == Conflict(1, MOST_VALUES - 1, (0, 1))
