"""Arrays that a fit makes once and keeps in its run folder, part by part, so that a kill loses none."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from senformer.core.commit import commit_file
from senformer.core.tensor_file import save_tensors
from senformer.predict.shards import ShardLog

Arrays = Mapping[str, np.ndarray]


class Kept:
    """A folder of finished parts: a file each, and its SHA-256 in a list.

    Parameters
    ----------
    folder
        New, or one that the same work was begun in.
    plan
        What the parts depend on, as plain values.

    Raises
    ------
    OutputError
        The folder's parts depend on something else.
    DataError
        A finished part is damaged.
    """

    def __init__(self, folder: Path, plan: Mapping[str, Any]) -> None:
        self._log = ShardLog(folder, dict(plan))
        self._log.open()

    @property
    def key(self) -> str:
        """SHA-256 of the plan."""
        return self._log.key

    def __contains__(self, name: str) -> bool:
        """Say whether a part is finished."""
        return name in self._log.done

    def part(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Return the arrays of a part, made and written where they are not there yet."""
        file = self._log.folder / f"{name}.safetensors"
        if name not in self:
            arrays = {key: np.ascontiguousarray(array) for key, array in make().items()}
            commit_file(file, lambda temporary: save_tensors(arrays, temporary))
            self._log.finish(name, file)
            return arrays
        return load_file(file)
