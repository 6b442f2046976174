import numpy as np
import pytest
import torch
from tests.contracts import attention as contract


@pytest.mark.parametrize("n_bins", [1, 2, 33, 50])
def test_dense__equals_the_oracle(n_bins):
    contract.equals_dense_under_its_pattern(contract.make_layer("dense"), n_bins)


@pytest.mark.parametrize(("elements", "n_bins"), [(1, 15), (40, 33), (33 * 20, 33)])
def test_dense__equals_the_oracle_however_it_is_tiled(elements, n_bins, monkeypatch):
    monkeypatch.setattr("senformer.model.attention.tiles.plan.TILE_ELEMENTS", {"cpu": 6 * elements})
    contract.equals_dense_under_its_pattern(contract.make_layer("dense"), n_bins)


def test_dense__every_bin_sees_every_bin():
    contract.sees_its_pattern_alone(contract.make_layer("dense"), 37, key=5)


def test_dense__pattern_is_one_block():
    pattern = contract.make_layer("dense").pattern(7)
    assert (pattern.block_bins, pattern.n_blocks, len(pattern.pairs)) == (7, 1, 1)
    np.testing.assert_array_equal(pattern.pairs, [[0, 0]])


def test_dense__no_square_in_memory(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.tiles.plan.TILE_ELEMENTS", {"cpu": 6 * 32 * 400})
    small, large = (contract.largest_tensor(contract.make_layer("dense"), n) for n in (400, 800))
    assert large <= 2.1 * small
    assert large < 800**2


def test_dense__dropout_rate():
    contract.drops_weights_at_its_rate("dense")


def test_dense__dropout_gradient():
    contract.backward_draws_the_same_weights("dense")


def test_dense__dropout_is_off_in_evaluation():
    layer = contract.make_layer("dense", dropout=0.5).eval()
    x, positions = contract.make_inputs(12)
    torch.testing.assert_close(layer(x, positions), layer(x, positions), atol=0, rtol=0)


def test_dense__learned_tokens():
    contract.equals_dense_under_its_pattern(contract.make_layer("dense", learned_tokens=2), 33)


def test_dense__named_bins_change_nothing():
    module = contract.make_layer("dense")
    contract.equals_dense_under_its_pattern(module, 33, contract.named_bins(33))


def test_dense__relative_keys_on_demand():
    contract.projects_on_demand_what_it_keeps_whole(contract.make_layer("dense"), 33)
