import pytest
import torch

from senformer.model.weights.layout import our_shape, our_tensor, their_shape

LAYOUTS = [
    ("wio>oiw", (15, 4, 7), (7, 4, 15), lambda t: t.permute(2, 1, 0)),
    ("1io>oi", (1, 3, 5), (5, 3), lambda t: t[0].T),
    ("oi11>oi", (5, 3, 1, 1), (5, 3), lambda t: t[:, :, 0, 0]),
    ("1h1k>hk", (1, 2, 1, 9), (2, 9), lambda t: t[0, :, 0]),
    ("11c>c", (1, 1, 6), (6,), lambda t: t[0, 0]),
]


@pytest.mark.parametrize(("layout", "theirs", "ours", "by_hand"), LAYOUTS)
def test_layout__shapes_and_values(layout, theirs, ours, by_hand):
    assert our_shape(layout, theirs) == ours
    assert their_shape(layout, ours) == theirs
    tensor = torch.randn(theirs)
    moved = our_tensor(layout, tensor)
    assert moved.is_contiguous()
    torch.testing.assert_close(moved, by_hand(tensor), atol=0, rtol=0)


def test_our_shape__other_axes():
    assert our_shape("1io>oi", (2, 3, 5)) is None
    assert our_shape("io>oi", (3, 5, 1)) is None


def test_our_tensor__is_single_precision():
    assert our_tensor("c>c", torch.ones(3, dtype=torch.bfloat16)).dtype == torch.float32
    assert our_tensor("c>c", torch.ones(3, dtype=torch.float64)).dtype == torch.float32
    assert our_tensor("c>c", torch.ones(3, dtype=torch.int64)).dtype == torch.int64
