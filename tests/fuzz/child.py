"""Read a file in a forked child with bounds on time and memory, and say how it ended."""

import contextlib
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from senformer.core.errors import SenformerError

LIMIT_S = 10
LIMIT_BYTES = 2 << 30  # beyond what the parent holds


def outcome(read: Callable[[Path], bytes], path: Path) -> tuple[str, bytes]:
    """Return how reading ended, and what it gave.

    ``read`` (with what was read), ``refused`` (with the message), ``foreign`` (an exception that is none of
    ours), ``crash`` (a signal) or ``hang``.
    """
    pipe, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(pipe)
        _work(read, path, end)
    os.close(end)
    with os.fdopen(pipe, "rb") as stream:
        said = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == -signal.SIGALRM:
        return "hang", said
    if code != 0:
        return "crash", f"exit {code}".encode()
    kind, _, rest = said.partition(b"\n")
    return kind.decode(), rest


def _work(read: Callable[[Path], bytes], path: Path, end: int) -> None:
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LIMIT_S)
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + LIMIT_BYTES,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        said = _said(read, path)
        with os.fdopen(end, "wb") as stream:
            stream.write(said)
    except BaseException:  # noqa: BLE001 - the exit code tells
        os._exit(9)
    os._exit(0)


def _said(read: Callable[[Path], bytes], path: Path) -> bytes:
    try:
        return b"read\n" + read(path)
    except SenformerError as fault:
        return b"refused\n" + str(fault).encode("utf-8", "backslashreplace")
    except BaseException as fault:  # noqa: BLE001 - what must not happen is told
        return f"foreign\n{type(fault).__name__}: {fault}".encode("utf-8", "backslashreplace")


def files_in(folder: Path) -> dict[str, int]:
    """Return every file below a folder with the time it was written."""
    found = {}
    for file in sorted(folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            found[str(file.relative_to(folder))] = file.stat().st_mtime_ns
    return found
