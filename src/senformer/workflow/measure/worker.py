"""The parent's end of a measuring process."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from senformer.workflow.measure.case import Case

_PEER_SCRIPT = Path(__file__).with_name("peer_enformer.py")
# The C library then keeps freed blocks, as our commands let it (core.memory); here for everyone alike.
_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(2**31 - 1), "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1)}


class Worker:
    """One case in a process of its own.

    Attributes
    ----------
    case
        What it measures.
    calls
        Answers so far, the warm-up among them.
    skipped
        Why nothing more comes, or None.
    failed
        Whether that was a fault of the program rather than a lack of memory or time.
    """

    def __init__(
        self, case: Case, threads: int | None, limit_bytes: int | None, peer_python: str | None
    ) -> None:
        self.case = case
        self.calls: list[dict[str, Any]] = []
        self.skipped: str | None = None
        self.failed = False
        command = [sys.executable, "-m", "senformer.workflow.measure.ours"]
        if case.program == "peer":
            command = [str(peer_python), str(_PEER_SCRIPT)]
        environment = {**os.environ, **_ALLOCATOR}
        if threads:
            environment["OMP_NUM_THREADS"] = str(threads)
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._tell({**asdict(case), "threads": threads, "limit_bytes": limit_bytes})
        self._hear()

    def go(self) -> None:
        """Make one call, unless it has ended."""
        if self.skipped is None:
            self._tell("go")
            answer = self._hear()
            if answer is not None:
                self.calls.append(answer)

    def close(self) -> None:
        """End the process."""
        if self._process.stdin and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                self.failed = self.failed or self.skipped is None
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self._process.kill()
        self.close()

    def _tell(self, message: Any) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._say_why()

    def _hear(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline() if self.skipped is None else ""
        answer = json.loads(line) if line else None
        if answer is not None and "skipped" in answer:
            self.skipped = str(answer["skipped"])
            return None
        if answer is None:
            self._say_why()
        return answer

    def _say_why(self) -> None:
        """Note how the process ended that should be there."""
        code = self._process.wait()
        if self.skipped is None:
            self.failed = code != -9
            self.skipped = (
                "out of memory (the system ended the process)"
                if code == -9
                else f"failed: the process ended with code {code}; its own words are above"
            )
