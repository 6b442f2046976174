"""How a process leaves the others when something went wrong: one of them says what, in one line."""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import distributed

from senformer.core.errors import SenformerError, StorageError

_LOST = "E640"
# Processes that fail alike do so within moments; how a killed one is missed differs more.
_ALIKE_S, _LOST_S = 2.0, 5.0


@contextlib.contextmanager
def named_loss(where: str) -> Iterator[None]:
    """Turn the failure of talking to another process into an error of ours.

    Raises
    ------
    StorageError
        It has died, or cannot be reached.
    """
    try:
        yield
    except RuntimeError as fault:
        if not _is_of_talking(fault):
            raise
        found = f"the connection to another process was lost ({str(fault).splitlines()[0]})"
        raise StorageError(_LOST, where, found, _TODO) from fault


_TODO = "Run the same command with --resume to go on from the last checkpoint."


def _is_of_talking(fault: RuntimeError) -> bool:
    return isinstance(fault, distributed.DistError) or "gloo" in str(fault).lower()


@dataclass(frozen=True)
class _Member:
    """A process of the launch: its number, machine and process id."""

    rank: int
    host: str
    pid: int

    def __str__(self) -> str:
        return f"process {self.rank} (pid {self.pid} on {self.host})"

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return self.host == socket.gethostname()

    @property
    def is_dead(self) -> bool:
        """Whether it is on this machine and has ended."""
        if not self.is_here:
            return False
        try:
            with open(f"/proc/{self.pid}/stat", encoding="utf-8") as handle:
                return handle.read().rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            return True


class Farewell:
    """Last words of the processes, in the store that they met by.

    Of several that leave with the same error the first one tells it. Those that only lost another say which
    one is gone, unless that one has told why it left.
    """

    def __init__(self, store: Any, gather: Callable[[Any], Sequence[Any]]) -> None:
        self._store = store
        self._rank = distributed.get_rank()
        mine = _Member(self._rank, socket.gethostname(), os.getpid())
        self._others = [member for member in gather(mine) if member != mine]
        self._n = len(self._others) + 1

    @contextlib.contextmanager
    def told_once(self) -> Iterator[None]:
        """Mark an error that another process tells, and name a process that is gone."""
        try:
            with named_loss("train"):
                yield
        except SenformerError as fault:
            words = self._exchange(fault)
            if fault.code == _LOST:
                fault = self._named(fault, words)
            fault.is_told = self._is_told(fault, words)
            raise fault from fault.__cause__

    def _exchange(self, fault: SenformerError) -> dict[int, str]:
        """Leave our last words; return those of the others by rank, as far as they come within the grace."""
        ours = fault.line if fault.code != _LOST else _LOST
        found: dict[int, str] = {}

        def are_all_heard() -> bool:
            for member in self._others:
                if member.rank not in found and self._store.check([_key("words", member.rank)]):
                    found[member.rank] = self._store.get(_key("words", member.rank)).decode()
            if ours != _LOST and (self._rank == 0 or self._is_told(fault, found)):
                return True
            return all(member.rank in found or member.is_dead for member in self._others)

        def are_all_done() -> bool:
            return all(m.is_dead or self._store.check([_key("done", m.rank)]) for m in self._others)

        # Without the store there is nothing to be heard: it went with the process that kept it.
        with contextlib.suppress(RuntimeError):
            self._store.set(_key("words", self._rank), ours)
            _wait_until(are_all_heard, _LOST_S if ours == _LOST else _ALIKE_S)
            self._store.set(_key("done", self._rank), "")
            if self._rank == 0:
                # It may be the one that keeps the store.
                _wait_until(are_all_done, _ALIKE_S)
        return found

    def _named(self, fault: SenformerError, words: dict[int, str]) -> SenformerError:
        gone, silent = self._gone(words), self._silent(words)
        if not silent:
            return fault
        is_one = len(gone or silent) == 1
        how = f"{'is' if is_one else 'are'} gone, killed or out of reach"
        if not gone:
            how = f"{'does' if is_one else 'do'} not answer"
        named = ", ".join(map(str, gone or silent))
        return StorageError(_LOST, fault.where, f"{named} of {self._n} {how}; the others leave", fault.todo)

    def _silent(self, words: dict[int, str]) -> list[_Member]:
        return [member for member in self._others if member.rank not in words]

    def _gone(self, words: dict[int, str]) -> list[_Member]:
        """Return who has died without a word, as far as can be seen."""
        return [member for member in self._silent(words) if member.is_dead or not member.is_here]

    def _is_told(self, fault: SenformerError, words: dict[int, str]) -> bool:
        if fault.code != _LOST:
            return any(rank < self._rank and word == fault.line for rank, word in words.items())
        if any(word != _LOST for word in words.values()):
            return True
        # Beside one that is gone, a silent one that lives has only not noticed yet.
        missing = self._gone(words) or self._silent(words)
        return any(member.rank < self._rank and member not in missing for member in self._others)


def _wait_until(is_so: Callable[[], bool], limit_s: float) -> None:
    end = time.monotonic() + limit_s
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)


def _key(what: str, rank: int) -> str:
    return f"senformer/{what}/{rank}"
