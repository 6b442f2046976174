import torch

from senformer.model.blocks.framework import TORCH
from senformer.model.blocks.strand_conv import StrandConv


def test_strand_conv__kernels_meet_the_other_strand_where_they_lie_on_it():
    torch.manual_seed(0)
    layer = StrandConv(3, 5, TORCH)
    x = torch.eye(4)[torch.randint(0, 4, (2, 9))]
    forward, reverse = layer(x).chunk(2, dim=-1)
    # An odd width pads both ends alike: the other strand, convolved and turned round again.
    other = layer(x.flip(1, 2)).flip(1)
    torch.testing.assert_close(reverse, other[..., :3])
    torch.testing.assert_close(forward, other[..., 3:])
    assert layer.bias is None
