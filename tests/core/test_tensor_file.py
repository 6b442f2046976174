import errno
import subprocess

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from senformer.core.tensor_file import save_tensors


def test_save_tensors__tensors_and_arrays(tmp_path):
    values = torch.arange(6.0).reshape(2, 3).T
    save_tensors({"a": values, "b": np.arange(3)}, tmp_path / "x.safetensors")
    found = load_file(tmp_path / "x.safetensors")
    assert torch.equal(found["a"], values)
    assert found["b"].tolist() == [0, 1, 2]


def test_save_tensors__a_full_disk_is_told_as_the_system_does(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)]
    if subprocess.run(made, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        with pytest.raises(OSError, match="No space left") as caught:
            save_tensors({"a": torch.zeros(100_000)}, mount / "x.safetensors")
        assert caught.value.errno == errno.ENOSPC
    finally:
        subprocess.run(["umount", str(mount)], check=True)
