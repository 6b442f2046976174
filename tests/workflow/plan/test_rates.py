import pytest
import torch
from tests.workflow.measure.toy import SIZES

from senformer.model.create import model_config
from senformer.workflow.plan import rates


class Launching(rates._Run):
    """A device that takes 10 ms to begin and then does 1e9 operations a second."""

    def seconds(self, call):
        return 0.01 + call() / 1e9


def fake_part(flops_a_bin, tried):
    def part(n_bins):
        tried.append(n_bins)
        return flops_a_bin * n_bins, lambda: flops_a_bin * n_bins

    return part


def test_rate__longer_until_beginning_a_call_is_a_small_part_of_it():
    tried = []
    run = Launching("cuda", torch.float32, False, False)
    found = run.rate(fake_part(10_000, tried), 512)
    assert tried == [512, 1024, 2048, 4096]
    assert found == pytest.approx(1e9 * 0.8, rel=0.02)


def test_rate__up_to_the_longest():
    tried = []
    Launching("cuda", torch.float32, False, False).rate(fake_part(1, tried), 1024)
    assert tried[-1] == 32_768


def test_rate__a_call_that_is_long_at_once_is_no_longer():
    tried = []
    Launching("cpu", torch.float32, False, False).rate(fake_part(10**6, tried), 64)
    assert tried == [64]


@pytest.mark.parametrize("tokens", [0, 2])
@pytest.mark.parametrize("trains", [False, True])
def test_calibrate__every_part_has_a_rate(trains, tokens, monkeypatch):
    monkeypatch.setattr(rates, "_STEADY_SECONDS", 0.0)
    for name in ("_TOWER_BINS", "_TOWER_BINS_TRAINED", "_LAYER_BINS", "_CORE_BINS"):
        monkeypatch.setattr(rates, name, 24)
    attention = {**SIZES["attention"], "learned_tokens": tokens}
    config = model_config("senformer", {**SIZES, "window_bp": 8 * 40, "attention": attention})
    found = rates.calibrate("senformer", config, trains=trains, is_frozen=True, kinds=("dense", "linear"))
    assert set(found.core) == {"bigbird", "dense", "linear"}
    assert min(found.tower, found.layer, found.head, *found.core.values()) > 0
    assert (found.optimizer > 0) == trains
    assert found.seconds > 0
