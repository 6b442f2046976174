import logging
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from tests.model.attention.backends.test_flex_limits import make_call

from senformer.core.errors import ConfigError
from senformer.model.attention.backends import BACKENDS, choose
from senformer.model.attention.backends.base import Call


@pytest.fixture
def on_gpu(monkeypatch):
    """Make every call one on a GPU, with times that a test sets; nothing is remembered."""
    monkeypatch.setattr("senformer.model.attention.backends.flex_limits.find_spec", lambda name: name)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    monkeypatch.setattr(Call, "device", torch.device("cuda"))
    monkeypatch.setattr(choose, "_CHOSEN", {})
    monkeypatch.setattr(choose, "_SAID", set())
    names = {id(backend): name for name, backend in BACKENDS.items()}
    times, timed = {"tiles": 0.0031, "flex": 0.0019, "masked": 0.004}, []

    def measure(backend, call):
        timed.append(names[id(backend)])
        found = times[timed[-1]]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(choose, "measure", measure)
    return SimpleNamespace(times=times, timed=timed)


def test_pick__tiles_on_a_cpu():
    assert choose.pick("auto", make_call()) is BACKENDS["tiles"]


def test_pick__by_name():
    assert choose.pick("masked", make_call()) is BACKENDS["masked"]


def test_pick__unknown_name():
    with pytest.raises(ConfigError, match=r"'flax' is none of auto, flex, masked, tiles.*flex") as fault:
        choose.pick("flax", make_call())
    assert fault.value.code == "E572"


def test_pick__named_but_unable():
    with pytest.raises(ConfigError, match=r"attention backend 'flex': .*learned tokens.*'tiles'") as fault:
        choose.pick("flex", make_call(n_tokens=2))
    assert fault.value.code == "E573"


def test_pick__the_fastest_once_a_shape(on_gpu, caplog):
    with caplog.at_level(logging.INFO, "senformer.model.attention.backends.choose"):
        for _ in range(3):
            assert choose.pick("auto", make_call()) is BACKENDS["flex"]
    assert sorted(on_gpu.timed) == ["flex", "masked", "tiles"]
    assert [record.getMessage() for record in caplog.records] == [
        "attention: flex 1.9 ms, tiles 3.1 ms, masked 4 ms for 128 bins, forward"
    ]


def test_pick__another_shape_is_measured_again(on_gpu):
    assert choose.pick("auto", make_call()) is BACKENDS["flex"]
    on_gpu.times["flex"] = 0.01
    assert choose.pick("auto", make_call(block=128)) is BACKENDS["tiles"]
    assert choose.pick("auto", make_call(dtype=torch.float16)) is BACKENDS["tiles"]


def test_pick__gradients_are_measured_by_themselves(on_gpu):
    choose.pick("auto", make_call())
    on_gpu.times["masked"] = 0.001
    call = replace(make_call(), query=torch.zeros(2, 1, 128, 16, dtype=torch.bfloat16, requires_grad=True))
    assert choose.pick("auto", call) is BACKENDS["masked"]


def test_pick__dropout_is_never_measured(on_gpu, caplog):
    with caplog.at_level(logging.INFO, "senformer.model.attention.backends.choose"):
        for _ in range(2):
            assert choose.pick("auto", replace(make_call(), dropout=0.1)) is BACKENDS["tiles"]
    assert on_gpu.timed == []
    assert [record.getMessage() for record in caplog.records] == [
        "attention: tiles, because weights are dropped in training"
    ]


def test_pick__falls_back_and_says_why(on_gpu, caplog):
    with caplog.at_level(logging.INFO, "senformer.model.attention.backends.choose"):
        assert choose.pick("auto", make_call(global_bins=(3,))) is BACKENDS["tiles"]
    assert on_gpu.timed == []
    assert caplog.messages == ["attention: not flex, because the batch names global bins"]


def test_pick__a_failing_backend_is_named_and_left_out(on_gpu, caplog):
    on_gpu.times["flex"] = RuntimeError("out of resource: shared memory\nmore lines")
    with caplog.at_level(logging.WARNING, "senformer.model.attention.backends.choose"):
        assert choose.pick("auto", make_call()) is BACKENDS["tiles"]
    assert caplog.messages == ["attention: not flex, because it failed: out of resource: shared memory"]


def test_pick__tiles_where_every_measurement_fails(on_gpu):
    on_gpu.times.update(dict.fromkeys(on_gpu.times, RuntimeError("out of memory")))
    assert choose.pick("auto", make_call()) is BACKENDS["tiles"]
