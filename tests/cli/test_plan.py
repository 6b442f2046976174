import json

import pytest

from senformer.workflow.plan import plan
from senformer.workflow.plan.rates import Rates

SMALL = ["--set", "channels=96", "--set", "channel_divisor=16", "--set", "n_layers=1", "--set", "key_size=4"]


@pytest.fixture(autouse=True)
def no_calibration(monkeypatch):
    rates = Rates(1e11, 1e11, {"dense": 1e11, "bigbird": 5e10}, 1e11, 1e9, 2.0)
    monkeypatch.setattr(plan, "calibrate", lambda *_, **__: rates)


def test_plan__as_json(senformer):
    answer = senformer("plan", "--window-bp", 65_536, "--device", "cpu", "--json", *SMALL)
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["bins"] == 512
    assert found["recommendation"]["recommended"] in ("dense", "sparse")


def test_plan__as_text(senformer):
    answer = senformer("plan", "--window-bp", 65_536, "--device", "cpu", *SMALL)
    assert "GFLOP a prediction" in answer.out
    assert "attention    " in answer.out


def test_plan__half_a_bin(senformer):
    answer = senformer("plan", "--window-bp", 1000)
    assert answer.code == 2
    assert "1,000 bp is no whole number of bins of 128 bp. Give 896, for instance." in answer.err


def test_plan__no_such_file(senformer):
    answer = senformer("plan", "nowhere.yaml")
    assert answer.code == 66
    assert "no such file" in answer.err


def test_plan__batch_of_none(senformer):
    answer = senformer("plan", "--window-bp", 65_536, "--batch-size", 0, *SMALL)
    assert answer.code == 2
    assert "--batch-size: is 0. Give at least 1." in answer.err


def test_plan__two_models(senformer, tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("model: {name: senformer}")
    answer = senformer("plan", config, "--model", "enformer")
    assert answer.code == 2
    assert "names a model already. Give one of the two." in answer.err
