"""State dictionaries in files: safetensors or torch's own, whole or in shards. No code of theirs is run."""

import json
import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights.foreign import one_line
from senformer.model.weights.translate import Shape

SAFETENSORS = ".safetensors"
TORCH = (".bin", ".pt", ".pth", ".ckpt")
INDEX = ".index.json"
# In the order in which Hugging Face's libraries look for them.
NAMES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_WRAPPERS = ("state_dict", "model_state_dict", "model")
_AGAIN = "Copy the file again."


@dataclass(frozen=True)
class StateFile:
    """Tensors by name: shapes at once, values when they are asked for.

    Attributes
    ----------
    files
        What was read.
    shapes
        Of every tensor.
    load
        Reads one tensor.
    """

    files: list[Path]
    shapes: dict[str, Shape]
    load: Callable[[str], Tensor]


def find_state(path: Path) -> Path | None:
    """Return the file that holds the tensors, or the index of its shards; None where there is none."""
    if path.is_dir():
        return next((path / name for name in NAMES if (path / name).is_file()), None)
    named = path.suffix == SAFETENSORS or path.suffix in TORCH or path.name.endswith(INDEX)
    return path if named and path.is_file() else None


def open_state(path: Path) -> StateFile:
    """Open a state dictionary.

    Raises
    ------
    MissingInputError
        A shard is missing, or the system cannot read a file.
    DataError
        A file is damaged, is none of this kind, holds objects other than tensors, or lacks a tensor that
        its index names.
    """
    if path.name.endswith(INDEX):
        return _open_shards(path)
    return _open_safetensors(path) if path.suffix == SAFETENSORS else _open_torch(path)


def _open_safetensors(path: Path) -> StateFile:
    try:
        handle = safe_open(path, framework="pt")
        shapes = {name: tuple(handle.get_slice(name).get_shape()) for name in handle.keys()}  # noqa: SIM118
    except OSError as fault:
        raise _unreadable(path, fault) from fault
    except SafetensorError as fault:
        raise DataError("E543", str(path), f"is no safetensors file ({one_line(fault)})", _AGAIN) from fault
    return StateFile([path], shapes, handle.get_tensor)


def _open_torch(path: Path) -> StateFile:
    try:
        content = _load_torch(path)
    except UnpicklingError as fault:
        raise _unpickling_error(path, fault) from fault
    except OSError as fault:
        raise _unreadable(path, fault) from fault
    except MemoryError:
        raise
    except Exception as fault:  # a damaged pickle may end in any
        raise DataError("E543", str(path), f"is no file of torch's ({one_line(fault)})", _AGAIN) from fault
    tensors = _unwrapped(path, content)
    return StateFile([path], {name: tuple(t.shape) for name, t in tensors.items()}, tensors.__getitem__)


def _load_torch(path: Path) -> Any:
    """Return what torch saved; only tensors and plain containers are made, all else is refused."""
    mapped = zipfile.is_zipfile(path)
    with warnings.catch_warnings():
        # Of a newer protocol than torch's own: what it cannot read, it refuses.
        warnings.filterwarnings("ignore", message="Detected pickle protocol")
        return torch.load(path, "cpu", weights_only=True, mmap=mapped)  # allowed: no code is run


def _unreadable(path: Path, fault: OSError) -> MissingInputError:
    found = f"cannot be read ({fault.strerror or one_line(fault)})"
    return MissingInputError("E535", str(path), found, "Check its permissions and the disk.")


def _unpickling_error(path: Path, fault: Exception) -> DataError:
    asked = re.search(r"(?:GLOBAL|class) `?([\w.]+)", str(fault))
    if asked is None:
        return DataError("E543", str(path), "is no file of torch's, or is damaged", _AGAIN)
    found = f"asks to run {asked[1]}, which no file of weights needs; nothing of it was run"
    return DataError("E544", str(path), found, "Save the state_dict alone, best as safetensors.")


def _unwrapped(path: Path, content: Any) -> dict[str, Tensor]:
    """Return the tensors, of a dictionary or of the one inside a training checkpoint."""
    for wrapper in _WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        kinds = sorted({type(v).__name__ for v in content.values()}) if isinstance(content, dict) else []
        found = f"holds {', '.join(kinds) or type(content).__name__}, not tensors by name"
        raise DataError("E543", str(path), found, "Save the model's state_dict.")
    return {str(name): tensor for name, tensor in content.items()}


def _open_shards(index: Path) -> StateFile:
    try:
        places = {str(name): str(file) for name, file in json.loads(index.read_bytes())["weight_map"].items()}
    except OSError as fault:
        raise _unreadable(index, fault) from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DataError("E543", str(index), "is no index of shards", _AGAIN) from fault
    shards = {}
    for name in sorted(set(places.values())):
        shard = index.parent / Path(name).name
        if name.endswith(INDEX):
            found = f"names {name!r} as a shard, which is an index itself"
            raise DataError("E543", str(index), found, "Give an index of files of tensors.")
        if not shard.is_file():
            found = "no such file; the index names this shard"
            raise MissingInputError("E521", str(shard), found, f"Put it beside {index.name}.")
        shards[name] = open_state(shard)
    for name, file in places.items():
        if name not in shards[file].shapes:
            found = f"lacks the tensor {name!r} that {index.name} expects in it"
            raise DataError("E543", str(index.parent / file), found, _AGAIN)
    return StateFile(
        [index, *(file for shard in shards.values() for file in shard.files)],
        {name: shards[file].shapes[name] for name, file in places.items()},
        lambda name: shards[places[name]].load(name),
    )
