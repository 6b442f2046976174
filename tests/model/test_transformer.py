from dataclasses import replace

import pytest
import torch
from tests.contracts.attention import CHANNELS, make_inputs, make_layer
from torch.nn import functional

from senformer.model.transformer import FeedForward, Transformer, TransformerBlock


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


def make_transformer(n_layers=2, **config) -> Transformer:
    layers = (
        TransformerBlock(
            CHANNELS, make_layer("bigbird", layer=i, block_bins=4, dropout=0.2, **config), dropout=0.3
        )
        for i in range(n_layers)
    )
    return Transformer(layers, CHANNELS)


@pytest.mark.parametrize("learned_tokens", [0, 2])
def test_transformer__run_again_gives_the_same_gradients(learned_tokens):
    transformer = make_transformer(learned_tokens=learned_tokens).train()
    x, positions = make_inputs(26)
    results = []
    for recompute in ("never", "always"):
        torch.manual_seed(4)
        out = transformer(x.requires_grad_(), positions, recompute=recompute)
        results.append([out, *torch.autograd.grad(out.square().sum(), [x, *transformer.parameters()])])
    for never, always in zip(*results, strict=True):
        torch.testing.assert_close(always, never, atol=0, rtol=0)


def test_transformer__auto_goes_by_size(monkeypatch):
    transformer = make_transformer()
    x, positions = make_inputs(26)
    ran = []
    for block in transformer:
        block.register_forward_pre_hook(lambda *_: ran.append(1))
    for limit, expected in ((10**9, 2), (10, 4)):
        monkeypatch.setattr("senformer.model.transformer.LARGE_BYTES", limit)
        ran.clear()
        transformer(x.requires_grad_(), positions).sum().backward()
        assert len(ran) == expected


def test_transformer__tokens_carry_between_far_bins():
    # Blocks see themselves and the token alone: layer one tells the token, layer two all bins.
    transformer = make_transformer(learned_tokens=1, window_blocks=1, global_blocks=0, random_blocks=0)
    transformer = transformer.double().eval()
    x, positions = make_inputs(26)
    x, positions = x.double(), replace(positions, like=positions.like.double())
    changed = x.clone()
    changed[:, 3, 0] += 1
    with torch.no_grad():
        moved = (transformer(x, positions) != transformer(changed, positions)).any(-1)
    assert bool(moved.all())


def test_transformer__without_tokens_has_no_further_tensors():
    assert not [name for name in make_transformer().state_dict() if name.startswith("tokens")]
    assert make_transformer(learned_tokens=3).tokens.shape == (3, CHANNELS)
