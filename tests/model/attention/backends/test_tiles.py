import torch
from tests.contracts import attention as contract

from senformer.model.attention.backends import BACKENDS
from senformer.model.attention.relative import set_backend


def test_tiles__refuses_nothing():
    module = contract.make_layer("bigbird", block_bins=4, learned_tokens=2, dropout=0.1).train()
    set_backend(module, "tiles")
    x, positions = contract.make_inputs(31, 2)
    assert module(x, positions, contract.named_bins(31)).shape == x.shape


def test_tiles__is_what_a_cpu_takes():
    module = contract.make_layer("bigbird_2022", block_bins=4)
    x, positions = contract.make_inputs(47)
    automatic = module(x, positions)
    set_backend(module, "tiles")
    assert torch.equal(module(x, positions), automatic)
    assert "tiles" in BACKENDS
