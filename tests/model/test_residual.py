import torch

from senformer.model.norm import gelu
from senformer.model.residual import PointwiseBlock


def test_pointwise_block__adds_its_input():
    torch.manual_seed(0)
    block, x = PointwiseBlock(6).eval(), torch.randn(2, 9, 6)
    # New running statistics are zero and one, so the norm divides by sqrt(1 + 1e-5) alone.
    expected = x + gelu(x / (1 + 1e-5) ** 0.5) @ block.linear.weight.T
    torch.testing.assert_close(block(x), expected, atol=1e-5, rtol=1e-5)
