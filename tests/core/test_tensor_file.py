import errno
import os
import subprocess

import numpy as np
import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from senformer.core import tensor_file
from senformer.core.tensor_file import save_tensors


def test_save_tensors__tensors_and_arrays(tmp_path):
    values = torch.arange(6.0).reshape(2, 3).T
    save_tensors({"a": values, "b": np.arange(3)}, tmp_path / "x.safetensors")
    found = load_file(tmp_path / "x.safetensors")
    assert torch.equal(found["a"], values)
    assert found["b"].tolist() == [0, 1, 2]


def test_save_tensors__read_only_and_twice(tmp_path):
    array = np.arange(3.0)
    array.flags.writeable = False
    save_tensors({"a": array, "b": array}, tmp_path / "x.safetensors")
    assert load_file(tmp_path / "x.safetensors")["b"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("I/O error: No space left on device (os error 28)", errno.ENOSPC),
        ('IoError(Os { code: 13, kind: PermissionDenied, message: "Permission denied" })', errno.EACCES),
        ("something else", errno.EIO),
    ],
)
def test_save_tensors__failures_keep_the_number_of_the_system(tmp_path, monkeypatch, text, number):
    def fail(tensors, path):
        raise SafetensorError(text)

    monkeypatch.setattr(tensor_file, "save_file", fail)
    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        save_tensors({"a": torch.zeros(1)}, tmp_path / "x.safetensors")
    assert caught.value.errno == number


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
