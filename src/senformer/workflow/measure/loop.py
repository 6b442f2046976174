"""The measuring process: reads a case, prepares it, and times one call whenever it is told to.

Standard library alone, for it also runs in the interpreter of another package. One JSON line a message:
the case comes in on standard input, then ``go`` lines; answers go out on what was standard output, which
is then pointed at standard error so that no library's print mixes in.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_LACKS = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory")


def _status_bytes(key: str) -> int | None:
    """Return a line of ``/proc/self/status`` in bytes, or None elsewhere than on Linux."""
    if not _STATUS.exists():
        return None
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    found = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return int(found[0]) * 1024 if found else None


def resident_bytes() -> int:
    """Return the memory that this process has now."""
    return _status_bytes("VmRSS") or peak_bytes()


def peak_bytes() -> int:
    """Return the most memory that this process had since :func:`forget_peak`.

    On Linux that of this program alone: ``ru_maxrss`` begins at the size of the process that started it.
    """
    return _status_bytes("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def forget_peak() -> None:
    """Begin to watch the peak anew, where the system can."""
    try:
        handle = os.open("/proc/self/clear_refs", os.O_WRONLY)
    except OSError:
        return  # the peak is then that since the beginning
    try:
        os.write(handle, b"5")
    finally:
        os.close(handle)


class CannotRun(Exception):  # noqa: N818
    """A case that this program knows it cannot measure; the reason goes into the row."""


class HostMeter:
    """Times a call and watches this process' memory."""

    def __init__(self) -> None:
        self.before: int | None = None
        self.peak = 0

    def measure(self, run: Callable[[], Any]) -> dict[str, Any]:
        """Call ``run`` once; return seconds, peak bytes so far, and how far above the start they are."""
        self.peak = max(self.peak, peak_bytes())
        self.before = resident_bytes() if self.before is None else self.before
        forget_peak()
        start = time.perf_counter()
        found = run()
        seconds = time.perf_counter() - start
        high = peak_bytes()
        self.peak = max(self.peak, high)
        return {
            "seconds": seconds,
            "peak_bytes": self.peak,
            "growth_bytes": max(0, high - self.before),
            "data": found,
        }


class CudaMeter:
    """Times a call and watches what torch allocates on the device."""

    def __init__(self, device: str) -> None:
        import torch

        self.cuda, self.device = torch.cuda, device
        self.before: int | None = None

    def measure(self, run: Callable[[], Any]) -> dict[str, Any]:
        """Call ``run`` once and wait for the device; figures as in :class:`HostMeter`."""
        self.cuda.synchronize(self.device)
        self.before = self.cuda.memory_allocated(self.device) if self.before is None else self.before
        self.cuda.reset_peak_memory_stats(self.device)
        start = time.perf_counter()
        found = run()
        self.cuda.synchronize(self.device)
        seconds = time.perf_counter() - start
        high = self.cuda.max_memory_allocated(self.device)
        return {
            "seconds": seconds,
            "peak_bytes": high,
            "growth_bytes": max(0, high - self.before),
            "data": found,
        }


def lacks_memory(fault: BaseException) -> bool:
    """Say whether ``fault`` is about memory, whichever allocator raised it."""
    text = str(fault).lower()
    return isinstance(fault, MemoryError) or any(words in text for words in _LACKS)


def limit_memory(limit: int | None) -> None:
    """Let an allocation beyond ``limit`` bytes fail here, instead of the system ending some process."""
    if limit is not None and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        try:
            os.write(score, b"1000")
        finally:
            os.close(score)


def serve(prepare: Callable[[dict[str, Any]], Callable[[], Any]]) -> None:
    """Answer the parent until it closes the pipe.

    Parameters
    ----------
    prepare
        From a case (the fields of ``Case`` as a mapping) to the call that is timed.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(message: dict[str, Any]) -> None:
        try:
            answers.write(json.dumps(message) + "\n")
            answers.flush()
        except BrokenPipeError:
            os._exit(1)  # The parent was stopped: nobody is left to tell.

    try:
        case = json.loads(sys.stdin.readline())
        limit_memory(case["limit_bytes"])
        run = prepare(case)
        meter = HostMeter() if case["device"] == "cpu" else CudaMeter(case["device"])
        answer({"ready": True})
        for _ in sys.stdin:
            answer(meter.measure(run))
    except CannotRun as fault:
        answer({"skipped": str(fault)})
    except (MemoryError, RuntimeError) as fault:
        if not lacks_memory(fault):
            raise
        answer({"skipped": f"out of memory ({' '.join(str(fault).split())[:160]})"})
