"""Numeric inputs that lie in an array file, row by row beside the table."""

import functools
import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.dataset.table.config import InputConfig
from senformer.genome.files import Identity, identity, local_file

# Rows at a time in the check.
_ROWS = 1 << 14


def open_input(name: str, config: InputConfig) -> np.ndarray:
    """Return the array of an input; that of a ``.npy`` file stays on disk until it is read.

    Raises
    ------
    MissingInputError
        There is no such file.
    DataError
        It is no array file, holds no numbers, or has no such array.
    """
    path = local_file(str(config.file), "E485")
    where = f"{path} (input {name!r})"
    array = _load(path, config.key, where, identity(path))
    if array.dtype.kind not in "fiub" or array.ndim < 1:
        found_text = f"holds {array.dtype} of shape {array.shape}"
        raise DataError("E494", where, found_text, "Give numbers, the row as the first axis.")
    return array


# What numpy and zipfile throw at damaged files.
_DAMAGE = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    tokenize.TokenError,
    zlib.error,
    zipfile.BadZipFile,
)


# Kept, for a .npz file has to be decoded whole: once in a process, not for every block of rows.
@functools.lru_cache(maxsize=4)
def _load(path: Path, key: str | None, where: str, known: Identity | None) -> np.ndarray:
    """Return the array of a file as it was when ``known`` was true of it."""
    try:
        # A file that needs a pickle is refused.
        if path.suffix == ".npy":
            return np.load(path, mmap_mode="r", allow_pickle=False)
        with path.open("rb") as handle:  # which numpy leaves open when the file is damaged
            found = np.load(handle, allow_pickle=False)
            return _member(found, key, where) if isinstance(found, np.lib.npyio.NpzFile) else found
    except _DAMAGE as fault:
        raise DataError("E494", where, f"is no .npy or .npz file ({fault})", "Save it with numpy.") from fault


def _member(file: np.lib.npyio.NpzFile, key: str | None, where: str) -> np.ndarray:
    with file:
        if key is None and len(file.files) == 1:
            return file[file.files[0]]
        if key not in file.files:
            raise DataError("E494", where, f"has no array {key!r}", nearest(key or "", file.files))
        return file[key]


def check_numbers(name: str, config: InputConfig) -> None:
    """Raise unless every number of an array file is finite and its rows take the configured shape.

    Raises
    ------
    DataError
        As :func:`read_input` and :func:`shape_of`.
    """
    n_rows = len(open_input(name, config))
    for first in range(0, max(n_rows, 1), _ROWS):
        read_input(name, config, first, min(first + _ROWS, n_rows))


def check_length(name: str, config: InputConfig, n_rows: int) -> None:
    """Raise unless an array file has a row of numbers for every row of the table.

    Raises
    ------
    DataError
        It has more or fewer.
    """
    n_found = len(open_input(name, config))
    if n_found != n_rows:
        found = f"has {n_found} rows, the table {n_rows}"
        raise DataError(
            "E494",
            f"{config.file} (input {name!r})",
            found,
            "Give one row of numbers for every row of the table, in its order.",
        )


def read_input(name: str, config: InputConfig, lo: int, hi: int) -> Float32[np.ndarray, "row *shape"]:
    """Return the rows ``lo`` to ``hi`` of an array file.

    Raises
    ------
    DataError
        A number is missing or not finite in float32.
    """
    array = open_input(name, config)
    where = f"{config.file} (input {name!r})"
    with np.errstate(over="ignore"):
        rows = np.asarray(array[lo:hi], dtype=np.float32)
    is_bad = ~np.isfinite(rows.reshape(len(rows), -1)).all(axis=1)
    if is_bad.any():
        row = lo + int(np.argmax(is_bad))
        raise DataError("E494", f"{where} row {row}", "holds a number that is not finite", "Mend it.")
    return rows.reshape(hi - lo, *shape_of(config, array.shape[1:], where))


def shape_of(config: InputConfig, found: tuple[int, ...], where: str) -> tuple[int, ...]:
    """Return the shape of one row's numbers: the configured one where it has as many.

    Raises
    ------
    DataError
        It has another number of elements.
    """
    wanted = found if config.shape is None else tuple(config.shape)
    if np.prod(wanted, dtype=int) != np.prod(found, dtype=int):
        raise DataError("E494", where, f"a row has shape {found}, not {wanted}", "Mend shape.")
    return wanted
