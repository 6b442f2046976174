import numpy as np
import pytest
import torch
from tests.train.two import gradients, net, rows

from senformer.train.shards import all_whole, is_sharded, like, whole


def _expected(scale: float) -> dict:
    model = net()
    (scale * model(rows()).sum()).backward()
    return gradients(model)


@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_gradients__are_the_mean_of_both_processes(two, way):
    expected = _expected(0.5)
    for found in two:
        # The head without a turn has none.
        assert found[way].keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(found[way][name], value, rtol=1e-5, atol=1e-7, err_msg=name)


def test_shard__names_stay_and_rows_are_shared_out(two):
    for found in two:
        assert list(found["names"]) == list(net().state_dict())
        assert all(found["names"].values())
        assert found["is_sharded"] == [True, False]
    assert [found["own rows"] for found in two] == [3, 2]


def test_all_whole__one_keeps(two):
    assert [found["kept"] for found in two] == [sorted(net().state_dict()), []]


def test_like__and_back(two):
    for found in two:
        assert found["again"] == torch.arange(15.0).reshape(5, 3).tolist()
        assert found["plain"] == [1.0, 1.0]


def test_whole__of_one_process_is_the_same_tensor():
    tensor = torch.ones(3)
    assert whole(tensor) is tensor
    assert like(tensor, torch.zeros(3)) is tensor
    assert all_whole({"a": tensor}, keep=True)["a"] is tensor
    assert not is_sharded(net())
