import pytest
import torch

from senformer.core.device import has_fast_bf16, pick_device, pick_dtype, without_tf32
from senformer.core.errors import ConfigError, DeviceError


def test_pick_device__auto_cpu_and_what_is_not_there():
    assert pick_device("cpu").type == "cpu"
    assert pick_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(DeviceError, match="no such kind of device"):
        pick_device("abacus")
    with pytest.raises(DeviceError, match="this machine has"):
        pick_device("cuda:99")


@pytest.mark.parametrize("name", ["mps", "meta", "xpu"])
def test_pick_device__other_kinds_of_torch_are_refused(name):
    with pytest.raises(DeviceError, match=rf"'{name}': this kind is not supported\. Use cpu or cuda"):
        pick_device(name)


def test_without_tf32__off_inside_and_restored_after_a_fault():
    before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    with pytest.raises(RuntimeError, match="stop"), without_tf32():
        assert not torch.backends.cudnn.allow_tf32
        assert not torch.backends.cuda.matmul.allow_tf32
        raise RuntimeError("stop")
    assert (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) == before


def test_pick_dtype__auto_follows_the_hardware():
    cpu = torch.device("cpu")
    assert pick_dtype("fp32", cpu) is torch.float32
    assert pick_dtype("bf16", cpu) is torch.bfloat16
    assert pick_dtype("fp16", cpu) is torch.float16
    assert pick_dtype("auto", cpu) is (torch.bfloat16 if has_fast_bf16(cpu) else torch.float32)


def test_pick_dtype__unknown_precision():
    with pytest.raises(ConfigError, match="no precision is called 'fp61'"):
        pick_dtype("fp61", torch.device("cpu"))
