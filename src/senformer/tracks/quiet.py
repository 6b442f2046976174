"""Keep the Rust library's own messages off the screen: our error says it in one line.

A panic prints its text and a stack before Python sees it, past ``sys.stderr``, so the descriptor itself
has to be turned aside for the moment of the call.
"""

import contextlib
import functools
import os
import tempfile
import threading
from collections.abc import Iterator
from typing import BinaryIO

_STDERR = 2


@functools.lru_cache(maxsize=1)
def _sink(pid: int) -> BinaryIO:
    """Return this process's file for what is printed meanwhile; a forked child gets its own."""
    return tempfile.TemporaryFile()


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what is written to standard error; drop it if the block fails, else hand it on.

    Only the main thread turns the descriptor aside: two threads doing so at once could lose it for good.
    What other threads print meanwhile is handed on after a block that succeeds.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        real = os.dup(_STDERR)
    except OSError:  # the process runs without a standard error: nothing to keep quiet
        yield
        return
    sink = _sink(os.getpid())
    held = b""
    try:
        os.dup2(sink.fileno(), _STDERR)
        yield
        held = _taken(sink)
    finally:
        os.dup2(real, _STDERR)
        os.close(real)
        _taken(sink)
        if held:
            os.write(_STDERR, held)


def _taken(sink: BinaryIO) -> bytes:
    """Return what the file holds, and empty it."""
    size = os.lseek(sink.fileno(), 0, os.SEEK_CUR)
    if not size:
        return b""
    os.lseek(sink.fileno(), 0, os.SEEK_SET)
    text = os.read(sink.fileno(), size)
    os.ftruncate(sink.fileno(), 0)
    os.lseek(sink.fileno(), 0, os.SEEK_SET)
    return text
