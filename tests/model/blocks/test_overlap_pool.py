import pytest
import torch

from senformer.model.blocks.overlap_pool import OverlapPool


@pytest.mark.parametrize(
    ("length", "size", "stride", "windows"),
    [
        # One position beyond the end on each side; two of them in the second case: one left, one right.
        (6, 4, 2, [(0, 3), (1, 5), (3, 6)]),
        (5, 4, 2, [(0, 3), (1, 5), (3, 5)]),
        (5, 2, 2, [(0, 2), (2, 4), (4, 5)]),
        (4, 1, 1, [(0, 1), (1, 2), (2, 3), (3, 4)]),
    ],
)
def test_overlap_pool__windows(length, size, stride, windows):
    x = -1 - torch.rand(2, length, 3)
    pool = OverlapPool(size, stride)
    expected = torch.stack([x[:, first:last].amax(dim=1) for first, last in windows], dim=1)
    assert torch.equal(pool(x), expected)
    assert pool.out_length(length) == len(windows)
