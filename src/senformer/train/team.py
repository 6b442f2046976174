"""The processes that train together: launched as several by torchrun or a scheduler, or one alone.

Every process runs the same code on its share of each batch; what they must agree on goes through here. One
alone talks to nobody.
"""

import contextlib
import datetime
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed

from senformer.core.errors import ConfigError, SenformerError
from senformer.train.farewell import Farewell, named_loss

# Far longer than the first process writes or checks anything while the others wait for it. That a process has
# died is noticed at once; this is for one that hangs, or a machine that went dark.
_PATIENCE = datetime.timedelta(minutes=15)

_TODO = (
    "Launch one process for each GPU, and let every process see all GPUs of its machine (Slurm: "
    "--gpus-per-node), or set LOCAL_RANK=0 where each sees only its own."
)

T = TypeVar("T")


@dataclass(frozen=True)
class Team:
    """A process among those that train together.

    Attributes
    ----------
    rank, size
        Number of this process, and how many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes and speaks."""
        return self.rank == 0

    def device(self, chosen: torch.device) -> torch.device:
        """Return the device of this process: of several on a machine each has a GPU of its own.

        Raises
        ------
        ConfigError
            One GPU is named for several processes, this one does not know which is its own, or there are
            more processes than GPUs.
        """
        if self.size == 1 or chosen.type != "cuda":
            return chosen
        if chosen.index is not None:
            found = f"{chosen} is one GPU, and {self.size} processes need one each"
            raise ConfigError("E641", "train.device", found, "Give cuda or auto.")
        if "LOCAL_RANK" not in os.environ:
            found = f"{self.size} processes need a GPU each, and LOCAL_RANK is not set"
            raise ConfigError("E641", "train.device", found, "Set it to the process's number on its machine.")
        place, n = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if place >= n:
            found = f"LOCAL_RANK is {place}, and this process sees {n} GPUs"
            raise ConfigError("E641", "train.device", found, _TODO)
        return torch.device("cuda", place)

    def sum(self, values: Tensor) -> Tensor:
        """Return the sum over all processes, in place."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values

    def highest(self, *values: int) -> list[int]:
        """Return the largest of each value over all processes."""
        if self.size == 1:
            return list(values)
        found = torch.tensor(values)
        distributed.all_reduce(found, op=distributed.ReduceOp.MAX)
        return [int(value) for value in found]

    def gather(self, value: T) -> list[T]:
        """Return the values of all processes, in their order."""
        if self.size == 1:
            return [value]
        found: list[Any] = [None] * self.size
        distributed.all_gather_object(found, value)
        return found

    def of_first(self, work: Callable[[], T]) -> T:
        """Let the first process do something; return its result, or raise its error, in all."""
        if self.size == 1:
            return work()
        found: list[Any] = [None, None]
        if self.is_first:
            try:
                found[0] = work()
            except SenformerError as fault:
                found[1] = fault
        distributed.broadcast_object_list(found, src=0)
        if found[1] is not None:
            raise found[1]
        return found[0]

    @contextlib.contextmanager
    def agreed(self) -> Iterator[None]:
        """Raise in all processes what any of them raises inside, where they may not talk to one another."""
        fault = None
        try:
            yield
        except SenformerError as found:
            if self.size == 1:
                raise
            fault = found
        if any(self.highest(fault is not None)):
            raise next(found for found in self.gather(fault) if found is not None)

    @contextlib.contextmanager
    def within_first(self, context: contextlib.AbstractContextManager[Any]) -> Iterator[None]:
        """Enter a context in the first process alone."""
        with contextlib.ExitStack() as stack:

            def enter() -> None:
                stack.enter_context(context)

            self.of_first(enter)
            yield


_now: list[Team] = []


@contextlib.contextmanager
def launched() -> Iterator[Team]:
    """Meet the other processes of this launch, as the variables that torchrun sets say; yield the team.

    A team inside another is the same, and a process group of the caller's own is taken as it is. Only the
    first process speaks; an error that another one tells is marked so.

    Raises
    ------
    ConfigError
        The variables are incomplete, or the caller's group cannot talk of numbers in main memory.
    StorageError
        Another process died, or could not be reached.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if _now:
        yield _now[-1]
        return
    if distributed.is_initialized():
        team = _team_of_caller()
        with _speaking(team), named_loss("train"):
            yield team
        return
    if size == 1:
        yield Team()
        return
    missing = [key for key in ("RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT") if key not in os.environ]
    if missing:
        found = f"WORLD_SIZE is {size}, and {', '.join(missing)} not set"
        raise ConfigError("E641", "environment", found, "Launch with torchrun, or set them.")
    team = Team(int(os.environ["RANK"]), size)
    with _speaking(team), named_loss("meeting"):
        store, *_ = next(iter(distributed.rendezvous("env://", timeout=_PATIENCE)))
        # Numbers in main memory never wait for a GPU.
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        distributed.init_process_group(
            backend, store=store, rank=team.rank, world_size=size, timeout=_PATIENCE
        )
    _now.append(team)
    try:
        with _speaking(team):
            farewell = Farewell(store, team.gather)
            with farewell.told_once():
                yield team
    finally:
        _now.pop()
        distributed.destroy_process_group()


def _team_of_caller() -> Team:
    """Take the process group of the caller's own.

    Raises
    ------
    ConfigError
        It has no backend for the CPU, over which processes agree.
    """
    backends = distributed.get_backend_config()
    if "cpu:" not in backends:
        found = f"talks over {backends} alone, and the processes agree on numbers in main memory"
        todo = 'Make it with init_process_group("cpu:gloo,cuda:nccl").'
        raise ConfigError("E641", "the process group of the caller", found, todo)
    return Team(distributed.get_rank(), distributed.get_world_size())


@contextlib.contextmanager
def _speaking(team: Team) -> Iterator[None]:
    """Let the log of this package be silent in all processes but the first."""
    log = logging.getLogger("senformer")
    level = log.level
    if not team.is_first:
        log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)
