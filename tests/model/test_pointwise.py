import torch

from senformer.model.norm import gelu
from senformer.model.pointwise import FinalPointwise


def test_final_pointwise__ends_with_a_gelu():
    torch.manual_seed(0)
    layer, x = FinalPointwise(6, dropout=0.5).eval(), torch.randn(2, 9, 6)
    hidden = gelu(x / (1 + 1e-5) ** 0.5) @ layer.linear.weight.T
    torch.testing.assert_close(layer(x), gelu(hidden), atol=1e-5, rtol=1e-5)


def test_final_pointwise__dropout_before_the_last_gelu():
    torch.manual_seed(0)
    layer, x = FinalPointwise(6, dropout=0.5).train(), torch.randn(2, 40, 6)
    share = float((layer(x) == 0).float().mean())
    assert 0.4 < share < 0.6
