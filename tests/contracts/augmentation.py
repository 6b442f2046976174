"""What every augmentation that reads the other strand must hold."""

from collections.abc import Callable

import numpy as np

Flip = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

COMPLEMENT = np.array([3, 2, 1, 0, 4], dtype=np.uint8)
PERMUTATION = np.array([0, 2, 1, 3, 5, 4])


def example(n_batch: int = 2, n_bases: int = 35, n_bins: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return codes with unknown bases and targets with a mask."""
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 5, (n_batch, n_bases)).astype(np.uint8)
    targets = rng.normal(size=(n_batch, n_bins, len(PERMUTATION))).astype(np.float32)
    targets[0, 1, 2] = np.nan
    return codes, targets


def check_reverse_complement(flip: Flip) -> None:
    """Check that ``flip(codes, targets, permutation)`` moves tracks and strand pairs with the sequence."""
    codes, targets = example()
    before = codes.copy(), targets.copy()
    flipped_codes, flipped_targets = flip(codes, targets, PERMUTATION)

    np.testing.assert_array_equal(flipped_codes, COMPLEMENT[codes][:, ::-1])
    for track, partner in enumerate(PERMUTATION):
        np.testing.assert_array_equal(flipped_targets[..., track], targets[:, ::-1, partner])
    assert flipped_codes.dtype == np.uint8
    assert flipped_targets.dtype == np.float32

    again_codes, again_targets = flip(flipped_codes, flipped_targets, PERMUTATION)
    np.testing.assert_array_equal(again_codes, codes)
    np.testing.assert_array_equal(again_targets, targets)
    np.testing.assert_array_equal(codes, before[0])
    np.testing.assert_array_equal(targets, before[1])
