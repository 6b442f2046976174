"""Numeric inputs that lie in an array file, row by row beside the table."""

import numpy as np
from jaxtyping import Float32

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.dataset.table.config import InputConfig
from senformer.genome.files import local_file


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
    try:
        # A file that needs a pickle is refused.
        found = np.load(path, mmap_mode="r" if path.suffix == ".npy" else None, allow_pickle=False)
        array = _member(found, config, where) if isinstance(found, np.lib.npyio.NpzFile) else found
    except (OSError, ValueError, EOFError) as fault:
        raise DataError("E494", where, f"is no .npy or .npz file ({fault})", "Save it with numpy.") from fault
    if array.dtype.kind not in "fiub" or array.ndim < 1:
        found_text = f"holds {array.dtype} of shape {array.shape}"
        raise DataError("E494", where, found_text, "Give numbers, the row as the first axis.")
    return array


def _member(file: np.lib.npyio.NpzFile, config: InputConfig, where: str) -> np.ndarray:
    with file:
        if config.key is None and len(file.files) == 1:
            return file[file.files[0]]
        if config.key not in file.files:
            todo = nearest(config.key or "", file.files)
            raise DataError("E494", where, f"has no array {config.key!r}", todo)
        return file[config.key]


def check_input(name: str, config: InputConfig, n_rows: int) -> None:
    """Raise unless an array file fits the table.

    Raises
    ------
    DataError
        It has another number of rows, or does not take the configured shape.
    """
    array = open_input(name, config)
    where = f"{config.file} (input {name!r})"
    if len(array) != n_rows:
        found = f"has {len(array)} rows, the table {n_rows}"
        raise DataError(
            "E494", where, found, "Give one row of numbers for every row of the table, in its order."
        )
    shape_of(config, array.shape[1:], where)


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
