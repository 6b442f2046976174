"""The order of measurements: cases of one length in turns, so that a slow moment hits all alike."""

import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from senformer.workflow.measure.case import Bench, Case, Settings
from senformer.workflow.measure.memory import available_bytes
from senformer.workflow.measure.worker import Worker

log = logging.getLogger(__name__)
_GB = 1e9


class Clock:
    """The time that a benchmark may take, and what each curve took so far."""

    def __init__(self, minutes: float | None) -> None:
        self._end = None if minutes is None else time.monotonic() + 60 * minutes
        self._minutes = minutes
        self._last: dict[tuple, tuple[int, float]] = {}

    def note(self, case: Case, seconds: float) -> None:
        """Remember how long a call took."""
        self._last[case.series] = (case.length_bp, seconds)

    def refuses(self, case: Case) -> str | None:
        """Return why a call of ``case`` cannot begin, or None.

        How long it will take follows from the shorter lengths: with the square of the length where every
        bin meets every other (a whole model's tower is less than that, so it is rather too much), in
        proportion otherwise.
        """
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        needed = 0.0
        if case.series in self._last:
            length, seconds = self._last[case.series]
            power = 2 if case.peer or case.kind == "dense" else 1
            needed = seconds * (case.length_bp / length) ** power
        if needed <= left and left > 0:
            return None
        return (
            f"time: a call takes about {needed:.0f} s, {max(left, 0):.0f} s are left of {self._minutes:g} min"
        )


def measure_all(bench: Bench, settings: Settings, cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """Yield one row a case, in order of length; nothing is left out without a reason in its row."""
    clock = Clock(settings.minutes)
    for _, same_length in groupby(cases, key=lambda case: case.length_bp):
        waiting = []
        for case in same_length:
            reason = case.options.get("skip") or _too_large(bench, case) or clock.refuses(case)
            if reason:
                log.info("%s: skipped: %s", case.line, reason)
                yield case.row(skipped=reason)
            else:
                waiting.append(case)
        for group in _fitting_groups(bench, waiting):
            yield from _measure_group(bench, settings, group, clock)


def _too_large(bench: Bench, case: Case) -> str | None:
    """Return why a case cannot fit into the memory that is free, or None."""
    needed, free = bench.needed_bytes(case), available_bytes(case.device)
    if needed <= free:
        return None
    return f"memory: about {needed / _GB:.1f} GB are needed, {free / _GB:.1f} GB are free"


def _fitting_groups(bench: Bench, cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Yield cases that fit into memory together."""
    group: list[Case] = []
    used = 0
    for case in cases:
        needed = bench.needed_bytes(case)
        if group and used + needed > available_bytes(case.device):
            yield group
            group, used = [], 0
        group.append(case)
        used += needed
    if group:
        yield group


def _measure_group(
    bench: Bench, settings: Settings, group: Sequence[Case], clock: Clock
) -> Iterator[dict[str, Any]]:
    """Start a process for each case, call them in turns, and yield their rows."""
    workers: list[Worker] = []
    try:
        for case in group:
            limit = available_bytes(case.device) if case.device == "cpu" else None
            workers.append(Worker(case, settings.threads, limit, settings.peer_python))
        for _ in range(1 + settings.repeats if bench.is_timed else 1):
            for worker in workers:
                _call(worker, clock)
        for worker in workers:
            worker.close()
            yield _row(worker, bench.is_timed)
    finally:
        for worker in workers:
            worker.kill()


def _call(worker: Worker, clock: Clock) -> None:
    """Make one call if there is time for it; a first call that there is no time for is a reason to skip."""
    if worker.skipped is not None:
        return
    late = clock.refuses(worker.case)
    if late:
        worker.skipped = None if worker.calls else late
        return
    before = len(worker.calls)
    worker.go()
    if len(worker.calls) > before:
        clock.note(worker.case, worker.calls[-1]["seconds"])


def _row(worker: Worker, is_timed: bool) -> dict[str, Any]:
    """Return a case's row: medians over the calls after the warm-up."""
    case, calls = worker.case, worker.calls
    if worker.skipped is not None or not calls:
        reason = worker.skipped or "failed: no answer"
        log.info("%s: skipped: %s", case.line, reason)
        return case.row(skipped=reason, **({"failed": True} if worker.failed else {}))
    timed = calls[1:] if is_timed and len(calls) > 1 else calls
    per = case.options.get("per", 1)
    seconds = [call["seconds"] / per for call in timed]
    found: dict[str, Any] = {
        "seconds": statistics.median(seconds),
        "peak_bytes": max(call["peak_bytes"] for call in calls),
        "growth_bytes": max(call["growth_bytes"] for call in calls),
        "repeats": len(timed),
        "min_seconds": min(seconds),
        "max_seconds": max(seconds),
        "first_seconds": calls[0]["seconds"] / per,
        "warmed_up": timed is not calls,
        **(calls[-1]["data"] or {}),
    }
    log.info(
        "%s: %.3g s, peak %.2f GB, growth %.2f GB",
        case.line,
        found["seconds"],
        found["peak_bytes"] / _GB,
        found["growth_bytes"] / _GB,
    )
    return case.row(**found)
