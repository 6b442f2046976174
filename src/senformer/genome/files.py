"""Opening input files: local paths only, plain or gzip text, a cache for what we derive.

The readers of FASTA, BED, VCF and signal stand on these.
"""

import contextlib
import errno
import fcntl
import gzip
import hashlib
import logging
import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeGuard

from senformer.core.commit import storage_errors
from senformer.core.encoding import AS_UTF8, UTF16_FOUND, is_utf16
from senformer.core.errors import DataError, MissingInputError, OutputError, StorageError
from senformer.genome.bgzf import check_end, is_bgzf, is_gzip

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
# Faults of the path, which the user can mend; any other one is the disk's or the network's.
_PATH_FAULTS = {errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO}
_LOG = logging.getLogger(__name__)


class Identity(NamedTuple):
    """What changes when a file does: size in bytes, time of change in ns, inode."""

    size: int
    mtime_ns: int
    inode: int


def identity(path: Path) -> Identity | None:
    """Return the identity of a file, or None where there is none.

    Raises
    ------
    StorageError
        The file system does not answer (E807).
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        raise read_failure(str(path), fault) from fault
    return Identity(found.st_size, found.st_mtime_ns, found.st_ino)


def read_failure(where: str, fault: OSError) -> StorageError:
    """Return the error of a file that is there and whose bytes do not come: a failing disk, a stale mount."""
    return StorageError(
        "E807", where, f"cannot be read ({fault.strerror or fault})", "Check the disk and run again."
    )


def is_read_failure(fault: BaseException) -> TypeGuard[OSError]:
    """Say whether the system failed; gzip and pysam call faults of the content OSError, too."""
    return isinstance(fault, OSError) and fault.errno is not None


def is_url(path: str | os.PathLike) -> bool:
    """Say whether ``path`` names something on the network."""
    return bool(_URL.match(os.fspath(path)))


def local_file(
    path: str | os.PathLike, missing: str, *, unreadable: str | None = None, url: str = "E200"
) -> Path:
    """Return ``path`` if it is a local file that can be read.

    Parameters
    ----------
    path
        What the user gave.
    missing, unreadable, url
        Error codes, one set a format; ``unreadable`` is that of ``missing`` unless given.

    Raises
    ------
    MissingInputError
        A URL, a missing or unreadable file, a folder or a device.
    StorageError
        The file system does not answer (E807).
    """
    where, unreadable = os.fspath(path), unreadable or missing
    if is_url(where):
        todo = "Download it and give the local path."
        raise MissingInputError(url, where, "is a URL, and files are read from this machine only", todo)
    try:
        mode = os.stat(where).st_mode
        if stat.S_ISREG(mode):
            os.close(os.open(where, os.O_RDONLY))
            return Path(where)
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise MissingInputError(missing, where, "no such file", "Check the path.") from fault
    except (OSError, ValueError) as fault:
        if isinstance(fault, OSError) and fault.errno not in _PATH_FAULTS:
            raise read_failure(where, fault) from fault
        reason = getattr(fault, "strerror", None) or str(fault)
        raise MissingInputError(
            unreadable, repr(where), f"cannot be read ({reason})", "Check path and permissions."
        ) from fault
    kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
    raise MissingInputError(unreadable, where, f"is {kind}", "Give a file.")


def read_lines(path: Path, code: str) -> Iterator[tuple[int, str]]:
    """Yield the number and text of every line; plain text, gzip and bgzip are told apart by content.

    Line ends (also of Windows) are taken off, and so is a byte-order mark before the first line.

    Parameters
    ----------
    path
        A local file.
    code
        Error code of a damaged file, one a format.

    Raises
    ------
    DataError
        UTF-16 text; damaged or cut gzip, a NUL byte, or bytes that are no UTF-8, with the line.
    StorageError
        The disk failed (E807).
    """
    number = 0
    try:
        if is_bgzf(path):
            check_end(path)
        with gzip.open(path) if is_gzip(path) else open(path, "rb") as handle:
            for number, raw in enumerate(handle, 1):
                yield number, _decode(raw, path, number, code)
    except (OSError, EOFError, zlib.error) as fault:
        where = f"{path} after line {number}"
        if is_read_failure(fault):
            raise read_failure(where, fault) from fault
        raise DataError(
            code,
            where,
            f"the file is damaged or cut short ({fault})",
            "Get it again.",
        ) from fault


def _decode(raw: bytes, path: Path, number: int, code: str) -> str:
    where = f"{path} line {number}"
    if number == 1 and is_utf16(raw):
        raise DataError(code, str(path), UTF16_FOUND, AS_UTF8)
    if b"\0" in raw:
        raise DataError(code, where, "holds a NUL byte, so this is no text", "Get the file again.")
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as fault:
        raise DataError(code, where, "is no UTF-8 text", "Save the file as UTF-8.") from fault
    return text.removesuffix("\n").removesuffix("\r")


def cache_folder() -> Path:
    """Return where derived files go: ``$SENFORMER_CACHE``, or ``~/.cache/senformer``."""
    return Path(os.environ.get("SENFORMER_CACHE") or "~/.cache/senformer").expanduser()


def cached_path(path: Path, ending: str, kind: str = "fasta") -> Path:
    """Return the place in the cache of what is derived from ``path`` as it is now, in the folder ``kind``.

    The name holds a hash of the full path, size and time of change: another version of the file gets
    another name.
    """
    full = path.resolve()
    now = identity(full)
    key = hashlib.sha256(repr((str(full), now and now[:2])).encode()).hexdigest()[:16]
    return cache_folder() / kind / f"{path.name[:80]}-{key}{ending}"


def is_writable_folder(path: Path) -> bool:
    """Say whether files may be made in a folder; its permission bits count even for the superuser."""
    return bool(path.stat().st_mode & 0o222) and os.access(path, os.W_OK)


@contextlib.contextmanager
def cache_lock(path: Path) -> Iterator[None]:
    """Let one process at a time make the cached file ``path``.

    Raises
    ------
    OutputError
        The cache folder cannot be written.
    """
    try:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OutputError as fault:
        todo = "Set SENFORMER_CACHE to a folder that can be written."
        raise OutputError(fault.code, fault.where, fault.found, todo) from fault
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
