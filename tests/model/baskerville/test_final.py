import torch
from torch.nn import functional

from senformer.model.baskerville.final import Final
from senformer.model.baskerville.norm import gelu


def test_final__without_channels_activates_alone():
    final, x = Final(5, 0, 0.5), torch.randn(2, 7, 5)
    assert not list(final.parameters())
    torch.testing.assert_close(final(x), gelu(x))


def test_final__pointwise():
    torch.manual_seed(0)
    final, x = Final(5, 9, 0.5).eval(), torch.randn(2, 7, 5)
    hidden = functional.linear(gelu(x / (1 + 1e-3) ** 0.5), final.linear.weight)
    torch.testing.assert_close(final(x), gelu(hidden))
    # Half of the values is dropped in training.
    dropped = float((final.train()(torch.randn(8, 200, 5)) == 0).float().mean())
    assert 0.45 < dropped < 0.55
