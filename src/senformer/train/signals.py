"""Asking a training run to stop: signals are noted, and heeded between two steps."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)


class StopRequest:
    """Within this context the first SIGTERM, SIGUSR1 or SIGINT is only noted; a second acts at once.

    Not so where several processes train together (``is_shared``): a launcher passes on what a scheduler has
    sent to all of them already, and ends those that are too slow by itself. When one has died it sends
    SIGTERM to the others, which would end them before they have said why they leave: signals are still noted
    after an error left the context.

    Attributes
    ----------
    signal
        Number of the signal that came, or None.

    Notes
    -----
    Handlers can be set in the main thread only; elsewhere nothing is caught.
    """

    def __init__(self, is_shared: bool = False) -> None:
        self.signal: int | None = None
        self._is_shared = is_shared
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "StopRequest":
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is None or not self._is_shared:
            self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = number
        if not self._is_shared:
            self._restore()

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous = {}
