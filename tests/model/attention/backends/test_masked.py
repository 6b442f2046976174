import pytest
from tests.contracts import attention as contract

from senformer.core.errors import ConfigError
from senformer.model.attention.relative import set_backend

SMALL = {"block_bins": 4, "window_blocks": 3, "global_blocks": 2, "random_blocks": 1, "seed": 3}


def masked(kind: str, **config: int):
    module = contract.make_layer(kind, **config)
    set_backend(module, "masked")
    return module


@pytest.mark.parametrize("n_bins", [48, 47])
def test_masked__equals_the_oracle(n_bins):
    contract.equals_dense_under_its_pattern(masked("bigbird", **SMALL), n_bins)
    contract.equals_dense_under_its_pattern(masked("bigbird_2022", block_bins=4), n_bins)


def test_masked__equals_the_oracle_with_tokens():
    contract.equals_dense_under_its_pattern(masked("bigbird", **SMALL, learned_tokens=2), 47)


def test_masked__computes_all_columns():
    module = masked("bigbird", block_bins=4, random_blocks=0)
    assert contract.largest_tensor(module, 400) >= 400**2


def test_masked__refuses_a_long_window(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.backends.masked.MASKED_BINS", 40)
    module = masked("bigbird", **SMALL)
    x, positions = contract.make_inputs(47)
    with pytest.raises(ConfigError, match="cannot compute this: more than 40 bins"):
        module(x, positions)


def test_masked__refuses_named_bins_and_dense():
    x, positions = contract.make_inputs(47)
    with pytest.raises(ConfigError, match="names global bins"):
        masked("bigbird", **SMALL)(x, positions, contract.named_bins(47))
    with pytest.raises(ConfigError, match="nothing is to be masked"):
        masked("dense")(x, positions)
