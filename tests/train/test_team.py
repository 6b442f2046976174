import logging
from contextlib import nullcontext

import pytest
import torch
from torch import distributed
from torch.distributed.distributed_c10d import Backend, BackendConfig

from senformer.core.errors import ConfigError, DataError, StorageError
from senformer.train.team import Team, launched

FAULT = DataError("E999", "here", "a fault")


def _raise():
    raise FAULT


def test_team__alone_talks_to_nobody():
    team = Team()
    values = torch.tensor([1.0, 2.0])
    assert team.is_first
    assert team.sum(values) is values
    assert team.highest(3, 0, 5) == [3, 0, 5]
    assert team.gather("x") == ["x"]
    assert team.of_first(lambda: 7) == 7
    with team.within_first(nullcontext()), team.agreed():
        pass
    with pytest.raises(DataError), team.agreed():
        _raise()
    with pytest.raises(DataError):
        team.of_first(_raise)


def test_launched__alone_without_variables(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with launched() as team:
        assert team == Team()


def _is_in_group(monkeypatch, backend):
    monkeypatch.setattr(distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(distributed, "get_backend_config", lambda: str(BackendConfig(Backend(backend))))
    monkeypatch.setattr(distributed, "get_rank", lambda: 2)
    monkeypatch.setattr(distributed, "get_world_size", lambda: 5)


@pytest.mark.parametrize("backend", ["gloo", "cpu:gloo,cuda:nccl"])
def test_launched__a_group_of_the_caller(monkeypatch, backend):
    _is_in_group(monkeypatch, backend)
    log = logging.getLogger("senformer")
    level = log.level
    with launched() as team:
        assert team == Team(2, 5)
        assert not log.isEnabledFor(logging.WARNING)
    assert log.level == level
    with pytest.raises(StorageError, match="the connection to another process was lost"), launched():
        raise distributed.DistBackendError("closed by peer")


def test_launched__a_group_of_the_caller_that_cannot_talk_in_main_memory(monkeypatch):
    _is_in_group(monkeypatch, "nccl")
    with (
        pytest.raises(ConfigError, match=r'talks over cuda:nccl alone.*\("cpu:gloo,cuda:nccl"\)'),
        launched(),
    ):
        pass


def test_launched__variables_missing(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("MASTER_ADDR", "localhost")
    for key in ("RANK", "LOCAL_RANK", "MASTER_PORT"):
        monkeypatch.delenv(key, raising=False)
    with (
        pytest.raises(ConfigError, match="WORLD_SIZE is 2, and RANK, LOCAL_RANK, MASTER_PORT not set"),
        launched(),
    ):
        pass


def test_device__one_gpu_each(monkeypatch):
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert Team(3, 4).device(cuda) == torch.device("cuda", 1)
    assert Team(3, 4).device(cpu) == cpu
    assert Team().device(cuda) == cuda
    with pytest.raises(ConfigError, match="cuda:0 is one GPU, and 4 processes need one each"):
        Team(3, 4).device(torch.device("cuda", 0))
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(ConfigError, match=r"LOCAL_RANK is 2, and this process sees 2 GPUs.*set LOCAL_RANK=0"):
        Team(3, 4).device(cuda)
    monkeypatch.delenv("LOCAL_RANK")
    assert Team(3, 4).device(cpu) == cpu
    with pytest.raises(ConfigError, match="4 processes need a GPU each, and LOCAL_RANK is not set"):
        Team(3, 4).device(cuda)


def test_team__two_talk(two):
    for rank, found in enumerate(two):
        assert found["rank"] == [rank, 2, rank == 0]
        assert found["sum"] == [2.0, 1.0]
        assert found["highest"] == [1, 7, 1]
        assert found["gather"] == [{"n": 0}, {"n": 1}]
        assert found["of_first"] == [0, "said"]
        assert found["same"]


def test_team__two_raise_alike(two):
    for found in two:
        assert found["fault of first"] == "error[E998]: process 0: refused. Mend it."
        assert found["fault of one"] == "error[E999]: process 1: found a fault. Mend it."
        assert found["no fault"] == "nothing"


def test_team__the_first_alone_enters_and_speaks(two):
    assert [found["entered"] for found in two] == [["in", "out"], []]
    assert [found["speaks"] for found in two] == [True, False]
