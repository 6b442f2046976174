"""Write tensors as a safetensors file, with the system's own failures."""

import errno
import os
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor


def save_tensors(tensors: Mapping[str, Tensor | np.ndarray], path: Path) -> None:
    """Write tensors under their names.

    Raises
    ------
    OSError
        Writing failed: the library tells the system's number, of a full disk for instance, in text alone.
    """
    found = {name: _plain(value) for name, value in tensors.items()}
    try:
        save_file(found, path)
    except SafetensorError as fault:
        # Written through a file it says "(os error 28)", mapped into memory "code: 28".
        code = re.search(r"(?:code: |os error )(\d+)", str(fault))
        number = int(code[1]) if code else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from fault


def _plain(value: Tensor | np.ndarray) -> Tensor:
    if isinstance(value, Tensor):
        return value.detach().cpu().contiguous()
    # A copy: torch takes no array that must not be written to, and the library no memory under two names.
    return torch.from_numpy(np.array(value, order="C"))
