"""What a training run tells while it works: one bar on a terminal, plain lines elsewhere."""

import logging
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from senformer.core.duration import format_duration

log = logging.getLogger(__name__)


class Ticker:
    """Rate, expected end and loss, told every so many steps.

    Attributes
    ----------
    seconds
        Time since the start, in s, with that of earlier parts of the run.
    """

    def __init__(
        self, first_step: int, last_step: int, bp_per_step: int, seconds_before: float, has_bar: bool = True
    ) -> None:
        self._step, self._last_step, self._bp_per_step = first_step, last_step, bp_per_step
        self._before = seconds_before
        self._begin = self._tick = time.monotonic()
        console = Console(stderr=True)
        self._bar = None
        if has_bar and console.is_terminal:
            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self._bar = Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task("", total=last_step, completed=first_step)

    def __enter__(self) -> "Ticker":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        """Training time in s, earlier parts included."""
        return self._before + time.monotonic() - self._begin

    def say(self, text: str) -> None:
        """Tell something that stays on the screen."""
        if self._bar:
            self._bar.console.print(text, highlight=False)
        else:
            log.info("%s", text)

    def tell(self, step: int, loss: float, limit_s: float | None) -> dict[str, float]:
        """Tell the state at ``step`` and return the rates since the last call, for ``timings.jsonl``."""
        now = time.monotonic()
        rate = (step - self._step) / max(now - self._tick, 1e-9)
        self._step, self._tick = step, now
        rest = (self._last_step - step) / max(rate, 1e-9)
        if limit_s is not None:
            rest = min(rest, max(0.0, limit_s - self.seconds))
        text = (
            f"loss {loss:.4f}  {rate:.2f} steps/s  {rate * self._bp_per_step:,.0f} bp/s  "
            f"ends in {format_duration(rest)}"
        )
        if self._bar:
            self._bar.update(self._task, completed=step, description=text)
        else:
            log.info("step %d of %d  %s", step, self._last_step, text)
        return {
            "elapsed_s": round(self.seconds, 3),
            "steps_per_s": round(rate, 4),
            "bp_per_s": round(rate * self._bp_per_step, 1),
        }
