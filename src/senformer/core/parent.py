"""Worker processes end with the process that they work for, however it ends."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from typing import Any

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


def die_with_parent(parent_pid: int) -> None:
    """End this worker when process ``parent_pid``, which made it, is killed.

    For the beginning of a worker process. Elsewhere than on Linux only a worker whose parent is not the
    process that forks it (the child of a fork server) is ended.
    """
    if os.getppid() != parent_pid:
        # The child of a fork server, or an orphan already: the parent is known by its pipe.
        parent = multiprocessing.parent_process()
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    elif sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent_pid:
            os._exit(1)


def _end_with(process: Any) -> None:
    process.join()
    os._exit(1)
