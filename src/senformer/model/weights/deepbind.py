"""DeepBind's parameter files, one protein each: ``deepbind`` in ``SOURCES``.

Text of a ``key = value`` a line, arrays with commas between their numbers. The scorer that the files were
published with keeps the largest output over stretches of 1.5 detector lengths, as the model made of them
does: ``stretch_bp``.

Source: Alipanahi et al. 2015, doi:10.1038/nbt.3300; scorer 0.11 and its files (BSD-3), their layout alone.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights.foreign import Foreign, describe_files
from senformer.model.weights.translate import sound

_SIGNATURE = b"reverse_complement ="
_HEAD_BYTES = 4096
_NUMBERS = ("reverse_complement", "num_detectors", "detector_len", "has_avg_pooling", "num_hidden")
_BASES = 4
_TODO = "Copy it again."


def matches(path: Path) -> bool:
    """Say whether this is such a text file."""
    try:
        with path.open("rb") as file:
            return _SIGNATURE in file.read(_HEAD_BYTES)
    except OSError:
        return False


def read(path: Path) -> Foreign:
    """Read a file of one protein; the head has its name, that of the file up to the first dot.

    Raises
    ------
    MissingInputError
        There is no such file.
    DataError
        A key is missing or no number, or an array has another length than the sizes say.
    """
    if not path.is_file():
        found = "is a folder, not a file" if path.is_dir() else "no such file"
        raise MissingInputError("E520", str(path), found, "Give a DeepBind parameter file.")
    texts = _read_lines(path)
    sizes = {key: _size(path, texts, key) for key in _NUMBERS}
    n_detectors, motif_bp, n_hidden = (sizes[key] for key in ("num_detectors", "detector_len", "num_hidden"))
    if n_detectors < 1 or motif_bp < 1:
        raise DataError("E590", str(path), f"has {n_detectors} detectors of {motif_bp} bp", _TODO)
    has_mean = bool(sizes["has_avg_pooling"])
    head = re.sub(r"[^\w-]", "_", path.name.split(".")[0]) or "protein"
    overrides: dict[str, Any] = {
        "channels": n_detectors,
        "motif_bp": motif_bp,
        "pooling": "max_mean" if has_mean else "max",
        "hidden": n_hidden,
        "both_strands": bool(sizes["reverse_complement"]),
        "stretch_bp": motif_bp * 3 // 2,
        "activation": "linear",
        "heads": {head: 1},
    }
    shapes = _shapes(n_detectors, motif_bp, n_detectors * (2 if has_mean else 1), n_hidden)
    arrays = {key: _array(path, texts, key, shape) for key, shape in shapes.items()}
    tensors = {ours: sound(_ours(array), ours, str(path), key) for ours, key, array in _named(arrays, head)}
    return Foreign("deepbind", overrides, tensors, {"format": "deepbind", "files": describe_files([path])})


def _read_lines(path: Path) -> dict[str, str]:
    """Return the texts behind the keys."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip() for key, sign, value in pairs if sign}


def _size(path: Path, texts: dict[str, str], key: str) -> int:
    text = texts.get(key)
    if text is None or not re.fullmatch(r"\d{1,6}", text):
        found = f"has no {key}" if text is None else f"{key} is {text[:40]!r}, not a whole number"
        raise DataError("E590", str(path), found, _TODO)
    return int(text)


def _shapes(n_detectors: int, motif_bp: int, n_features: int, n_hidden: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array, as its numbers follow one another."""
    found: dict[str, tuple[int, ...]] = {
        "detectors": (motif_bp, _BASES, n_detectors),
        "thresholds": (n_detectors,),
        "weights1": (n_features, n_hidden or 1),
        "biases1": (n_hidden or 1,),
    }
    return found | ({"weights2": (n_hidden, 1), "biases2": (1,)} if n_hidden else {})


def _array(path: Path, texts: dict[str, str], key: str, shape: tuple[int, ...]) -> np.ndarray:
    parts = [part for part in texts.get(key, "").split(",") if part.strip()]
    if len(parts) != np.prod(shape):
        found = f"has {len(parts)} numbers in {key}, its sizes say {np.prod(shape)}"
        raise DataError("E590", str(path), found, _TODO)
    try:
        return np.array([float(part) for part in parts], dtype=np.float32).reshape(shape)
    except ValueError as fault:
        raise DataError("E590", str(path), f"{key}: {fault}", _TODO) from fault


def _named(arrays: dict[str, np.ndarray], head: str) -> list[tuple[str, str, np.ndarray]]:
    """Return our names of the arrays; without a hidden layer the first weights are the head's."""
    first = "layers.2.linear" if "weights2" in arrays else f"heads.{head}"
    names = {
        "detectors": "layers.0.layers.1.conv.weight",
        # They are added, as their sign in the files has it.
        "thresholds": "layers.0.layers.1.conv.bias",
        "weights1": f"{first}.weight",
        "biases1": f"{first}.bias",
        "weights2": f"heads.{head}.weight",
        "biases2": f"heads.{head}.bias",
    }
    return [(names[key], key, array) for key, array in arrays.items()]


def _ours(array: np.ndarray) -> Tensor:
    """Return an array with its axes as ours: the last of theirs, the outputs, first."""
    if array.ndim == 3:
        array = array.transpose(2, 1, 0)
    return torch.from_numpy(np.ascontiguousarray(array.T if array.ndim == 2 else array))
