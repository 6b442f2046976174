"""Find the checkpoint that a path means: a folder, its ``checkpoint`` file, a prefix, or a file of it."""

import re
from pathlib import Path

from senformer.core.errors import DataError, MissingInputError

INDEX = ".index"
_STATE = "checkpoint"
_DATA = re.compile(r"(.+)\.data-\d{5}-of-\d{5}")
_NEWEST = re.compile(r'^model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)
_STATE_BYTES = 1 << 20


def is_checkpoint(path: Path) -> bool:
    """Say whether ``path`` names a checkpoint of TensorFlow in any of the ways below."""
    if path.is_dir():
        return (path / _STATE).is_file() or any(path.glob("*" + INDEX))
    named = path.name == _STATE or path.name.endswith(INDEX) or bool(_DATA.fullmatch(path.name))
    return (named and path.is_file()) or _with(path, INDEX).is_file()


def find_prefix(path: Path) -> Path:
    """Return the prefix that the files of a checkpoint share.

    Parameters
    ----------
    path
        The folder, the file ``checkpoint`` in it, the prefix, or one of the files ``PREFIX.index`` and
        ``PREFIX.data-00000-of-00001``.

    Raises
    ------
    MissingInputError
        There is no such checkpoint.
    DataError
        The folder holds several and does not say which is the newest, or its ``checkpoint`` is damaged.
    """
    if path.is_dir():
        state = path / _STATE
        return _named_by(state) if state.is_file() else _only_one(path)
    if path.name == _STATE and path.is_file():
        return _named_by(path)
    if path.name.endswith(INDEX):
        return path.with_name(path.name.removesuffix(INDEX))
    data = _DATA.fullmatch(path.name)
    return path.with_name(data[1]) if data else path


def _with(prefix: Path, ending: str) -> Path:
    return prefix.with_name(prefix.name + ending)


def _only_one(folder: Path) -> Path:
    found = sorted(path.name.removesuffix(INDEX) for path in folder.glob("*" + INDEX))
    if not found:
        raise MissingInputError("E521", str(folder), "holds no .index file", "Give a checkpoint's folder.")
    if len(found) > 1:
        raise DataError(
            "E522",
            str(folder),
            f"holds {len(found)} checkpoints: {', '.join(found[:4])}",
            f"Name one, for instance {folder / found[0]}.",
        )
    return folder / found[0]


def _named_by(state: Path) -> Path:
    with open(state, "rb") as handle:
        text = handle.read(_STATE_BYTES).decode("utf-8", errors="replace")
    newest = _NEWEST.search(text)
    if newest is None:
        raise DataError(
            "E522", str(state), "has no line model_checkpoint_path", "Give the checkpoint's .index file."
        )
    # The folder may have been moved since: the name counts, not where it was written.
    name = re.sub(r"\\(.)", r"\1", newest[1])
    return state.parent / Path(name).name
