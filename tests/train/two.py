"""What two processes say to one another, tried out: each is ``python -m tests.train.two WHAT FOLDER``.

They are launched by their variables alone, as a scheduler does, and print one JSON object each.
"""

import datetime
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from tests.train.together import SGD, do, job
from torch import nn
from torch.distributed.tensor import DTensor

from senformer.core.errors import ConfigError, DataError, SenformerError
from senformer.train import team as team_module
from senformer.train.shards import all_whole, is_sharded, like, replicate, shard, take_apart, whole
from senformer.train.team import Team, launched


class Net(nn.Module):
    """A body, and two heads of which one has no turn."""

    def __init__(self) -> None:
        super().__init__()
        self.transformer = nn.ModuleList([nn.Linear(3, 5), nn.Linear(5, 3)])
        self.heads = nn.ModuleDict({"a": nn.Linear(3, 1), "b": nn.Linear(3, 1)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.transformer:
            x = layer(x).relu()
        return self.heads["a"](x)


def net() -> Net:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return Net()


def rows() -> torch.Tensor:
    return torch.arange(12.0).reshape(4, 3).cos()


def gradients(model: nn.Module) -> dict[str, Any]:
    named = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {name: tensor.tolist() for name, tensor in all_whole(named, keep=True).items()}


def _raised(work: Any) -> str:
    try:
        work()
    except SenformerError as fault:
        return fault.line
    return "nothing"


def talk(team: Team) -> dict[str, Any]:
    def fault_of(rank: int) -> None:
        with team.agreed():
            if team.rank == rank:
                raise DataError("E999", f"process {team.rank}", "found a fault", "Mend it.")

    def of_first() -> int:
        raise ConfigError("E998", f"process {team.rank}", "refused", "Mend it.")

    entered = []

    @contextmanager
    def note():
        entered.append("in")
        yield
        entered.append("out")

    with team.within_first(note()):
        pass
    with launched() as inner:
        same = inner is team
    return {
        "rank": [team.rank, team.size, team.is_first],
        "sum": team.sum(torch.tensor([1.0, team.rank])).tolist(),
        "highest": team.highest(team.rank, 7 - team.rank, True),
        "gather": team.gather({"n": team.rank}),
        "of_first": team.of_first(lambda: [team.rank, "said"]),
        "fault of first": _raised(lambda: team.of_first(of_first)),
        "fault of one": _raised(lambda: fault_of(1)),
        "no fault": _raised(lambda: fault_of(5)),
        "entered": entered,
        "same": same,
        "speaks": logging.getLogger("senformer").isEnabledFor(logging.WARNING),
    }


def hold(team: Team) -> dict[str, Any]:
    """Take a gradient of half of the rows each, in both ways to hold a model."""
    ours = rows()[2 * team.rank : 2 * team.rank + 2]
    model = net()
    replicas = replicate(model)
    with replicas.no_sync():
        replicas(ours[:1]).sum().backward()
    replicas(ours[1:]).sum().backward()
    found = {"ddp": gradients(model)}
    model = net()
    shard(model, team, torch.device("cpu"))
    with torch.no_grad():
        model(ours)
    take_apart(model)
    names = {name: isinstance(p, DTensor) for name, p in model.named_parameters()}
    model(ours).sum().backward()
    weight = model.transformer[0].weight
    again = like(torch.arange(15.0).reshape(5, 3), weight)
    return found | {
        "fsdp": gradients(model),
        "names": names,
        "is_sharded": [is_sharded(model), is_sharded(net())],
        "own rows": len(weight.to_local()),
        "kept": sorted(all_whole(model.state_dict(), keep=team.is_first)),
        "again": whole(again).tolist(),
        "plain": whole(torch.ones(2)).tolist(),
    }


def short_run(folder: Path, name: str, **changes: Any) -> dict[str, Any]:
    """Describe two updates with masked targets, on the world that lies beside."""
    values = {"steps": 2, "batch_size": 4, **SGD, "act": {"masked": 0.9}, **changes}
    return job(folder / "world", folder / name, **values)


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "hangs":
        team_module._PATIENCE = datetime.timedelta(seconds=6)
    try:
        with launched() as team:
            if what == "speak":
                found = talk(team) | hold(team)
                for way in ("ddp", "fsdp"):
                    do(short_run(folder, way, parallel=way))
                (folder / f"{team.rank}.json").write_text(json.dumps(found))
            if what == "same":
                raise DataError("E999", "both", "found the same fault")
            if what == "own" and team.rank == 1:
                raise DataError("E999", "process 1", "found a fault of its own")
            if what == "killed" and team.rank == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            if what == "hangs" and team.rank == 0:
                time.sleep(20)
            if what in ("own", "killed", "hangs"):
                team.sum(torch.ones(1))
    except SenformerError as fault:
        print(json.dumps([fault.line, fault.is_told]))
        sys.exit(fault.exit_code)


def launch(what: str, folder: Path) -> list[tuple[int, str]]:
    """Run both; return exit codes and what they print."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = str(free.getsockname()[1])
    shared = os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."]), "OMP_NUM_THREADS": "1"}
    shared |= {"WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": port}
    command = [sys.executable, "-m", "tests.train.two", what, str(folder)]
    both = [
        subprocess.Popen(
            command, env=shared | {"RANK": rank, "LOCAL_RANK": rank}, stdout=subprocess.PIPE, text=True
        )
        for rank in "01"
    ]
    said = [process.communicate(timeout=100)[0] for process in both]
    return [(process.returncode, text) for process, text in zip(both, said, strict=True)]


if __name__ == "__main__":
    main()
