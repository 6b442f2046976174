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
    def is_dead(self) -> bool:
        """Whether it is on this machine and has ended."""
        if self.host != socket.gethostname():
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
        try:
            self._store.set(_key(self._rank), ours)
            end = time.monotonic() + (_LOST_S if ours == _LOST else _ALIKE_S)
            while time.monotonic() < end:
                for member in self._others:
                    if member.rank not in found and self._store.check([_key(member.rank)]):
                        found[member.rank] = self._store.get(_key(member.rank)).decode()
                if all(member.rank in found or member.is_dead for member in self._others):
                    break
                if ours != _LOST and (self._rank == 0 or ours in found.values()):
                    break
                time.sleep(0.05)
        except RuntimeError:
            # The store went with the process that kept it.
            return found
        return found

    def _named(self, fault: SenformerError, words: dict[int, str]) -> SenformerError:
        gone = [str(member) for member in self._others if member.rank not in words]
        if not gone:
            return fault
        are = "is" if len(gone) == 1 else "are"
        found = f"{', '.join(gone)} of {self._n} {are} gone, killed or out of reach; the others leave"
        return StorageError(_LOST, fault.where, found, fault.todo)

    def _is_told(self, fault: SenformerError, words: dict[int, str]) -> bool:
        if fault.code == _LOST and any(word != _LOST for word in words.values()):
            return True
        ours = _LOST if fault.code == _LOST else fault.line
        return any(rank < self._rank and word == ours for rank, word in words.items())


def _key(rank: int) -> str:
    return f"senformer/left/{rank}"
