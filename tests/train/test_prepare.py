import dataclasses

import pytest
import torch
from tests.train.toy import MODEL, settings

from senformer.core.errors import ConfigError
from senformer.train.job import make_job
from senformer.train.prepare import network, prepared
from senformer.train.team import Team


def test_network__a_function_of_the_seed(human):
    job = make_job(Team(), MODEL, settings(), human)
    with torch.random.fork_rng():
        one, same = (network(job.plan, settings(seed=7)).state_dict() for _ in range(2))
        other = network(job.plan, settings(seed=8)).state_dict()
    assert all(torch.equal(tensor, same[name]) for name, tensor in one.items())
    assert not torch.equal(one["stem.conv.weight"], other["stem.conv.weight"])


def test_prepared__one_process_holds_the_plain_model(human):
    config = settings(ema=0.9, parallel="fsdp")
    job = make_job(Team(), MODEL, config, human)
    with torch.random.fork_rng(), prepared(job, config, Team()) as engine:
        assert engine.replicas is None
        assert engine.model.training
        assert engine.average is not None
        assert list(engine.model.state_dict()) == list(network(job.plan, config).state_dict())


def test_network__norms_follow_as_the_run_says(human):
    config = settings(norm_momentum=0.2)
    job = make_job(Team(), MODEL, settings(), human)
    plan = dataclasses.replace(job.plan, name="basset", overrides={})
    norms = [m for m in network(plan, config).modules() if hasattr(m, "momentum")]
    assert norms
    assert {norm.momentum for norm in norms} == {0.2}
    with pytest.raises(ConfigError, match="fixed momentum"):
        network(job.plan, config)
