"""One process at a time in an output folder: a lock that dies with its process.

The kernel holds the lock (``flock``), so that a killed process leaves nothing to clean: the file that
it left behind is taken over by the next one. The file names the holder for the message alone.
"""

import contextlib
import datetime
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from senformer.core.commit import storage_errors
from senformer.core.errors import LockedError

FILE = ".lock"
_held: set[int] = set()


def _forget() -> None:
    """Close inherited handles: a forked child would hold the lock beyond its parent's death."""
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_forget)


def _open(path: Path) -> int:
    """Open and lock ``path``; raise BlockingIOError where another holds it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The last holder may have removed the file between our open and our lock.
            if path.exists() and os.fstat(handle).st_ino == path.stat().st_ino:
                return handle
        except OSError:
            os.close(handle)
            raise
        os.close(handle)


def _holder(path: Path) -> str:
    """Tell who wrote the lock file, as far as it says."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} on {holder['host']} has worked here since {holder['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process works here"


@contextlib.contextmanager
def folder_lock(path: str | os.PathLike) -> Iterator[None]:
    """Hold the folder ``path`` for this process alone; it is created where it is missing.

    The lock is the file ``.lock`` inside; it is removed at the end, and so is a folder that this call
    created and that is still empty. A lock of a dead process does not count. Forked children do not
    hold it.

    Raises
    ------
    LockedError
        Another process holds it; the message names host, process and start.
    OutputError
        The folder cannot be written.
    """
    path = Path(path)
    file = path / FILE
    with storage_errors(path):
        created = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        try:
            handle = _open(file)
        except BlockingIOError as fault:
            todo = "Wait for it to end, or choose another --out."
            raise LockedError("E805", str(path), _holder(file), todo) from fault
        started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        text = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "started": started})
        os.ftruncate(handle, 0)
        os.write(handle, text.encode())
    _held.add(handle)
    try:
        yield
    finally:
        if handle in _held:
            _held.discard(handle)
            file.unlink(missing_ok=True)
            os.close(handle)
            with contextlib.suppress(OSError):
                if created:
                    path.rmdir()
