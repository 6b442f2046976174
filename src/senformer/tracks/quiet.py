"""Keep the Rust library's own messages off the screen: our error says it in one line.

It prints a panic's text and stack before Python sees them, past ``sys.stderr``, so the descriptor itself
has to be turned aside for the moment of the call.
"""

import contextlib
import functools
import os
import tempfile
import threading
from collections.abc import Iterator

STDOUT, STDERR = 1, 2


@functools.cache
def _sink(pid: int, descriptor: int) -> int:
    """Return this process's nameless file for what is printed meanwhile; a forked child gets its own."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("held")
    sink, name = tempfile.mkstemp()
    os.unlink(name)
    return sink


@contextlib.contextmanager
def quiet(descriptor: int) -> Iterator[None]:
    """Hold back what is written to a descriptor; drop it if the block fails, else hand it on.

    Only the main thread turns a descriptor aside: two threads doing so at once could lose it for good.
    What other threads print meanwhile is handed on after a block that succeeds.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        sink = _sink(os.getpid(), descriptor)
        real = os.dup(descriptor)
    except OSError:  # the process runs without it, or has no descriptor left: then the noise is heard
        yield
        return
    held = b""
    try:
        os.dup2(sink, descriptor)
        yield
        held = _taken(sink)
    finally:
        os.dup2(real, descriptor)
        os.close(real)
        _taken(sink)
        if held:
            os.write(descriptor, held)


def _taken(sink: int) -> bytes:
    """Return what the file holds, and empty it."""
    size = os.lseek(sink, 0, os.SEEK_CUR)
    if not size:
        return b""
    text = os.pread(sink, size, 0)
    os.ftruncate(sink, 0)
    os.lseek(sink, 0, os.SEEK_SET)
    return text
