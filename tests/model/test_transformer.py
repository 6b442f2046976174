import torch
from tests.contracts.attention import CHANNELS, make_inputs, make_layer
from torch.nn import functional

from senformer.model.transformer import FeedForward, TransformerBlock


def test_feed_forward__two_layers_around_a_relu():
    torch.manual_seed(0)
    layer, x = FeedForward(6, dropout=0.4).eval(), torch.randn(2, 5, 6)
    expected = functional.relu(x @ layer.expand.weight.T) @ layer.contract.weight.T
    assert layer.expand.weight.shape == (12, 6)
    torch.testing.assert_close(layer(x), expected, atol=1e-5, rtol=1e-5)


def test_transformer_block__residual_around_each_part():
    attention = make_layer("dense")
    block = TransformerBlock(CHANNELS, attention, dropout=0.3).eval()
    x, positions = make_inputs(11)
    y = x + attention(functional.layer_norm(x, (CHANNELS,), eps=1e-5), positions)
    expected = y + block.feed_forward(functional.layer_norm(y, (CHANNELS,), eps=1e-5))
    torch.testing.assert_close(block(x, positions), expected, atol=1e-5, rtol=1e-5)
