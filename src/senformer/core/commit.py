"""The only module that writes files: temporary name in the same folder, fsync, rename.

Every other module hands its writer to :func:`commit_file`, so that a half-written result never
carries the final name and a full disk is reported in one line.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from senformer.core.errors import OutputError, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def storage_errors(path: str | os.PathLike) -> Iterator[None]:
    """Turn an operating-system failure while writing ``path`` into one clear error."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise StorageError(
                "E801", str(path), "the disk is full", "Free some space and run the same command again."
            ) from fault
        if fault.errno == errno.EEXIST:
            raise OutputError(
                "E804", str(path), "the output exists", "Choose another --out, or remove it first."
            ) from fault
        if fault.errno in {errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOENT, errno.ENOTDIR}:
            raise OutputError(
                "E802", str(path), f"cannot be written ({fault.strerror})", "Choose another --out."
            ) from fault
        raise StorageError(
            "E803", str(path), f"writing failed ({fault.strerror or fault})", "Check the disk and run again."
        ) from fault


def commit_file(path: str | os.PathLike, writer: Callable[[Path], None], *, make_parent: bool = True) -> None:
    """Let ``writer`` fill a temporary file, then move it to ``path`` durably.

    Parameters
    ----------
    path
        Final name. An existing file is replaced in one step.
    writer
        Called with the temporary path (same folder, same ending).
    make_parent
        Whether a missing folder is created; else it is an error.

    Raises
    ------
    StorageError
        The disk is full or failed; nothing is left behind.
    OutputError
        The folder cannot be written, or is missing.
    """
    path = Path(path)
    temporary = path.with_name(f".partial-{os.getpid()}-{socket.gethostname()}-{path.name}")
    with storage_errors(path):
        if make_parent:
            path.parent.mkdir(parents=True, exist_ok=True)
        remove(temporary)  # of a killed process that had our number
        try:
            writer(temporary)
            _fsync(temporary)
            temporary.replace(path)
            _fsync(path.parent)
        finally:
            if temporary.is_dir():
                shutil.rmtree(temporary, ignore_errors=True)
            else:
                temporary.unlink(missing_ok=True)


def commit_folder(path: str | os.PathLike, writer: Callable[[Path], None]) -> None:
    """Let ``writer`` fill a temporary folder, then move it to ``path``, replacing what is there.

    The writer's files must themselves be complete when it returns. A reader never sees a mix of an old
    and a new folder; between the two renames of a replacement it may see none. What a kill leaves there,
    :func:`restore_folder` mends.
    """
    path = Path(path)
    temporary = path.with_name(f".partial-{os.getpid()}-{path.name}")
    with storage_errors(path):
        remove(temporary)
        temporary.mkdir(parents=True)
        try:
            writer(temporary)
            for file in temporary.rglob("*"):
                if file.is_file():
                    _fsync(file)
            _replace_folder(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def commit_into(path: str | os.PathLike, name: str, writer: Callable[[Path], None]) -> list[Path]:
    """Let ``writer`` fill a temporary folder, then move each of its files to the same place in ``path``.

    For folders that several processes fill, each with files of its own: every file appears whole, and one of
    the same name is replaced in one step. The temporary folder is a sibling of ``path``.

    Parameters
    ----------
    path
        The folder; it is created where it is missing.
    name
        What tells this work from others that fill the folder at the same time.
    writer
        Called with the temporary folder.

    Returns
    -------
    The files, where they lie now, in order.

    Raises
    ------
    StorageError, OutputError
        As :func:`commit_file`; of the files that were not moved nothing is left.
    """
    path = Path(path)
    mark = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    temporary = path.with_name(f".partial-{mark}-{path.name}-{name}")
    with storage_errors(path):
        temporary.mkdir(parents=True)
        try:
            writer(temporary)
            sources = sorted(file for file in temporary.rglob("*") if file.is_file())
            targets = [path / file.relative_to(temporary) for file in sources]
            for source, target in zip(sources, targets, strict=True):
                _fsync(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)
            for folder in {parent for target in targets for parent in (target.parent, *target.parents)}:
                if folder == path or path in folder.parents:
                    _fsync(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return targets


def _replace_folder(temporary: Path, path: Path) -> None:
    """Move ``temporary`` to ``path``; what is there goes only when the new folder stands."""
    restore_folder(path)
    old = path.with_name(f".old-{os.getpid()}-{path.name}")
    remove(old)
    if path.exists():
        path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        if old.exists() and not path.exists():
            old.rename(path)
        raise
    _fsync(path.parent)
    for spent in _set_aside(path):
        shutil.rmtree(spent, ignore_errors=True)


def _set_aside(path: Path) -> list[Path]:
    """Return the folders that writers moved from ``path`` to make room, the newest last."""
    if not path.parent.is_dir():
        return []
    name = re.compile(rf"\.old-\d+-{re.escape(path.name)}")
    found = [child for child in path.parent.iterdir() if name.fullmatch(child.name)]
    return sorted(found, key=lambda child: child.stat().st_mtime_ns)


def restore_folder(path: str | os.PathLike) -> None:
    """Put the folder ``path`` back where a kill between the two renames of a replacement took it away."""
    path = Path(path)
    with storage_errors(path):
        if not path.exists():
            for old in _set_aside(path)[-1:]:
                old.rename(path)


def sync_file(path: str | os.PathLike) -> None:
    """Make a file that a library moved into place itself, and its name, durable."""
    path = Path(path)
    _fsync(path)
    _fsync(path.parent)


def move_file(source: str | os.PathLike, path: str | os.PathLike) -> None:
    """Move a file to ``path`` of the same file system durably, replacing what is there."""
    commit_file(path, lambda temporary: os.replace(source, temporary))


def write_text(path: str | os.PathLike, text: str) -> None:
    """Commit ``text`` as UTF-8."""
    commit_file(path, lambda temporary: _write(temporary, text))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def write_bytes(path: str | os.PathLike, blocks: Iterable[bytes]) -> None:
    """Commit bytes, block by block as they come."""

    def write(temporary: Path) -> None:
        with open(temporary, "wb") as handle:
            handle.writelines(blocks)

    commit_file(path, write)


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Commit ``value`` as indented JSON; NaN and infinity become null, for JSON knows neither."""
    write_text(path, json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def append_line(path: str | os.PathLike, text: str) -> None:
    """Append one line and make it durable; a torn last line of a killed run is the reader's to drop."""
    with storage_errors(path), open(path, "a", encoding="utf-8") as handle:
        handle.write(text + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def truncate_file(path: str | os.PathLike, size: int) -> None:
    """Cut ``path`` to ``size`` bytes, durably (a log rolled back to its last checkpoint)."""
    with storage_errors(path), open(path, "r+b") as handle:
        handle.truncate(size)
        os.fsync(handle.fileno())


def sha256(path: str | os.PathLike) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def is_leftover(path: Path) -> bool:
    """Say whether ``path`` is a lock or what a killed writer left behind, by its name."""
    return path.name == ".lock" or path.name.startswith((".partial-", ".old-"))


def sweep_folder(path: str | os.PathLike) -> None:
    """Remove what killed writers left in ``path``, once every folder that they took away is back."""
    children = list(Path(path).iterdir()) if Path(path).is_dir() else []
    for child in children:
        if moved := re.fullmatch(r"\.old-\d+-(.+)", child.name):
            restore_folder(child.with_name(moved[1]))
    for child in children:
        if is_leftover(child) and child.name != ".lock":
            remove(child)


def refuse_existing(*paths: str | os.PathLike, option: str = "--out") -> None:
    """Raise unless all ``paths`` are free, naming those that are not: results are never overwritten.

    A lock (:mod:`senformer.core.lock`) and the leftovers of a killed writer do not count. ``option`` is what
    the user names the path by.

    Raises
    ------
    OutputError
        A file exists, or a folder exists and is not empty.
    """
    taken = [path for path in map(Path, paths) if _is_taken(path)]
    if not taken:
        return
    found, them = f"the output {'folder' if taken[0].is_dir() else 'file'} exists", "it"
    if len(taken) > 1:
        found, them = "the output files exist", "them"
    todo = f"Choose another {option}, or remove {them} first."
    raise OutputError("E804", ", ".join(map(str, taken)), found, todo)


def _is_taken(path: Path) -> bool:
    if path.is_dir():
        return not all(is_leftover(child) for child in path.iterdir())
    return path.exists() or path.is_symlink()


@contextlib.contextmanager
def new_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Create a result folder that vanishes if the work inside fails.

    The folder must not exist or be empty. On any exception what this block created is removed, so that
    bad input leaves nothing behind; a kill leaves it without its closing file.
    """
    path = Path(path)
    refuse_existing(path)
    existed = path.exists()
    with storage_errors(path):
        path.mkdir(parents=True, exist_ok=True)
    try:
        yield path
    except BaseException:
        for child in path.iterdir():
            shutil.rmtree(child) if child.is_dir() and not child.is_symlink() else child.unlink()
        if not existed:
            path.rmdir()
        raise


def remove(path: str | os.PathLike) -> None:
    """Remove a file or folder of ours, if it is there."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink(missing_ok=True)
