import os

import pytest
import torch
from accelerate.state import AcceleratorState, PartialState
from tests.train.toy import settings

from senformer.train.machine import accelerator, torch_settings

CPU = torch.device("cpu")


def test_torch_settings__all_is_given_back():
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    threads = torch.get_num_threads()
    with torch_settings(settings(threads=threads + 1, deterministic=True), CPU):
        assert torch.get_num_threads() == threads + 1
        assert torch.are_deterministic_algorithms_enabled()
        torch.rand(7)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.rand(3), expected)


def test_torch_settings__given_back_after_a_fault():
    threads = torch.get_num_threads()
    with pytest.raises(ValueError), torch_settings(settings(threads=threads + 1), CPU):
        raise ValueError
    assert torch.get_num_threads() == threads


def test_torch_settings__nothing_is_set_unasked():
    threads = torch.get_num_threads()
    with torch_settings(settings(threads=None), CPU):
        assert torch.get_num_threads() == threads


@pytest.mark.parametrize(("dtype", "mode"), [(torch.float32, "no"), (torch.bfloat16, "bf16")])
def test_accelerator__leaves_no_state(dtype, mode):
    environment = dict(os.environ)
    with accelerator(torch.device("cpu"), dtype) as found:
        assert found.mixed_precision == mode
        assert found.device.type == "cpu"
    assert not AcceleratorState._shared_state
    assert not PartialState._shared_state
    assert dict(os.environ) == environment


def test_accelerator__fp32_is_no_tf32(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    with accelerator(torch.device("cpu"), torch.bfloat16):
        assert torch.backends.cudnn.allow_tf32
    with accelerator(torch.device("cpu"), torch.float32):
        assert not torch.backends.cudnn.allow_tf32
        assert not torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cudnn.allow_tf32
