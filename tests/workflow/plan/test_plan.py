import json

import pytest

from senformer.core.errors import ConfigError, UsageError
from senformer.workflow.plan import plan
from senformer.workflow.plan.memory import Shape
from senformer.workflow.plan.parameters import empty_model
from senformer.workflow.plan.plan import as_text, assemble, read_wanted
from senformer.workflow.plan.rates import Rates

RATES = Rates(1e11, 1e11, {"dense": 1e11, "bigbird": 5e10}, 1e11, 1e9, 2.0)
CONFIG = """
dataset: {organism: yeast, window_bp: 32768, crop_bins: 16}
model: {name: senformer, channels: 96, channel_divisor: 16, n_layers: 2, heads: {yeast: 30}}
train: {steps: 3600, batch_size: 4, precision: fp32}
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "some.yaml").write_text(CONFIG)
    return str(tmp_path / "some.yaml")


def planned(wanted):
    shape = Shape(empty_model(wanted.name, wanted.config), wanted.n_bins, head=wanted.head)
    return assemble(wanted, shape, {False: RATES, True: RATES}, idle=300_000_000, free=20_000_000_000)


def test_read_wanted__window_of_the_dataset_and_batch_of_the_training(config):
    wanted = read_wanted(config)
    assert (wanted.n_bins, wanted.config.crop_bins, wanted.batch, wanted.steps) == (256, 16, 4, 3600)
    assert (wanted.dtype, wanted.head, wanted.is_frozen) == ("fp32", "yeast", False)


def test_read_wanted__options_go_before_the_file(config):
    wanted = read_wanted(
        config, window_bp=65_536, batch_size=1, precision="bf16", batch_norm="frozen", changes=["n_layers=5"]
    )
    assert (wanted.n_bins, wanted.batch, wanted.dtype, wanted.is_frozen) == (512, 1, "bf16", True)
    assert wanted.config.n_layers == 5


def test_read_wanted__a_model_by_name():
    assert read_wanted("senformer", window_bp=786_432).n_bins == 6144


def test_read_wanted__half_a_bin():
    with pytest.raises(UsageError) as caught:
        read_wanted("senformer", window_bp=1000)
    assert "--window-bp: 1,000 bp is no whole number of bins of 128 bp" in str(caught.value)


def test_read_wanted__a_model_without_formulas():
    with pytest.raises(ConfigError) as caught:
        read_wanted("baskerville")
    assert caught.value.code == "E136"


def test_assemble__published_figures_and_parts_that_add_up():
    found = planned(read_wanted("enformer"))
    assert found["parameters"]["total"] == 251_221_292
    assert found["flops"]["forward"] / 1e9 == pytest.approx(3293, abs=1)
    for side in ("predict", "train"):
        assert found[side]["peak_bytes"] == sum(found[side]["memory"].values())
        assert found[side]["longest_window_bp"] > 196_608
    json.dumps(found)


def test_make_plan__memory_is_read_before_the_calibration(config, monkeypatch):
    free = [7_000_000_000]
    monkeypatch.setattr(plan, "available_bytes", lambda device: free[0])
    monkeypatch.setattr(plan, "resident_bytes", lambda: 300_000_000)

    def calibrate(*_, **__):
        free[0] = 0
        return RATES

    monkeypatch.setattr(plan, "calibrate", calibrate)
    assert plan.make_plan(read_wanted(config, device="cpu"))["memory_bytes"] == 7_300_000_000


def test_assemble__hours_of_all_steps(config):
    found = planned(read_wanted(config))
    assert found["train"]["hours"] == pytest.approx(found["train"]["seconds_per_step"])
    text = as_text(found)
    assert "senformer (bigbird), 32,768 bp = 256 bins" in text
    assert "longest window" in text
