"""Reverse complement of batches."""

import numpy as np
from tests.contracts.augmentation import PERMUTATION, check_reverse_complement, example

from senformer.dataset.augment import reverse_complement_batch


def test_reverse_complement_batch__holds_the_contract() -> None:
    check_reverse_complement(reverse_complement_batch)


def test_reverse_complement_batch__one_example_without_batch_axis() -> None:
    codes, targets = example()
    both = reverse_complement_batch(codes, targets, PERMUTATION)
    alone = reverse_complement_batch(codes[1], targets[1], PERMUTATION)
    np.testing.assert_array_equal(alone[0], both[0][1])
    np.testing.assert_array_equal(alone[1], both[1][1])
