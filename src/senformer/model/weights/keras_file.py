"""What any Keras HDF5 file holds: the arrays of each layer, and how the layers were configured."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights.foreign import one_line

_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def is_hdf5(path: Path) -> bool:
    """Say whether this is an HDF5 file."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError:
        return False


def read_keras_file(path: Path) -> tuple[dict[str, dict[str, np.ndarray]], list | None]:
    """Return the arrays of each layer, and the layers' configuration if it is there.

    Raises
    ------
    MissingInputError
        There is no such file, or h5py is not installed.
    DataError
        The file is damaged.
    """
    try:
        import h5py
    except ModuleNotFoundError as fault:
        raise MissingInputError(
            "E550", str(path), "h5py, which reads it, is not installed", "Run: pip install 'senformer[keras]'"
        ) from fault
    if not path.is_file():
        found = "is a folder, not a file" if path.is_dir() else "no such file"
        raise MissingInputError("E520", str(path), found, "Give the .h5 file.")
    layers: dict[str, dict[str, np.ndarray]] = defaultdict(dict)

    def visit(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset):
            layer, variable = _layer_and_variable(name)
            with np.errstate(over="ignore"):  # what is too large is infinite, and refused as that
                layers[layer][variable] = np.asarray(node[()], dtype=np.float32)

    try:
        with h5py.File(path, "r") as file:
            group = file.get("model_weights", file)
            group.visititems(visit)
            text = file.attrs.get("model_config")
            described = json.loads(text)["config"]["layers"] if text else None
    except (OSError, RuntimeError, LookupError, ValueError, TypeError) as fault:
        raise DataError(
            "E551", str(path), f"is damaged HDF5 ({one_line(fault)})", "Copy it again."
        ) from fault
    return dict(layers), described


def keras_shapes(path: Path) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return the shapes of each layer's variables, without reading them; of what is no sound file, none."""
    try:
        import h5py
    except ModuleNotFoundError:
        return {}
    shapes: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)

    def visit(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset):
            layer, variable = _layer_and_variable(name)
            shapes[layer][variable] = node.shape

    try:
        with h5py.File(path, "r") as file:
            file.get("model_weights", file).visititems(visit)
    except (OSError, RuntimeError, LookupError, ValueError, TypeError):
        return {}
    return dict(shapes)


def _layer_and_variable(name: str) -> tuple[str, str]:
    layer, *rest = name.split("/")
    return layer, "/".join(rest[1:] if rest[:1] == [layer] else rest).removesuffix(":0")
