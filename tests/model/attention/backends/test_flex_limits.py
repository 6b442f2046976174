from dataclasses import replace

import numpy as np
import pytest
import torch

from senformer.model.attention.backends.base import Call
from senformer.model.attention.backends.flex_limits import kernel_options, why_not
from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.plan import Plan

PAIRS = np.array([[0, 0], [0, 1], [1, 1]])


def make_call(
    *, block: int = 64, n_tokens: int = 0, global_bins=(), pairs=PAIRS, dtype=torch.bfloat16
) -> Call:
    n_bins = 2 * block
    named = np.array(global_bins, dtype=np.int64)
    plan = Plan(BlockPattern(n_bins, block, pairs, named), n_tokens)
    places = n_bins + n_tokens
    shapes = [(2, 1, places, 16), (2, 16), (2, 16), (2, 1, places, 16), (2, 1, places, 24)]
    shapes.append((2, 2 * n_bins - 1, 16))
    return Call([plan], *(torch.zeros(shape, dtype=dtype) for shape in shapes))


def on_gpu(call: Call, monkeypatch, capability=(9, 0)) -> Call:
    """Return the same call as if its operands were on a GPU."""
    monkeypatch.setattr("senformer.model.attention.backends.flex_limits.find_spec", lambda name: name)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(Call, "device", torch.device("cuda"))
    return call


def test_why_not__nothing():
    assert why_not(make_call()) is None


def test_why_not__nothing_on_a_gpu(monkeypatch):
    assert why_not(on_gpu(make_call(), monkeypatch)) is None


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (replace(make_call(), dropout=0.1), "no dropout"),
        (make_call(n_tokens=2), "learned tokens"),
        (make_call(global_bins=(3,)), "names global bins"),
        (replace(make_call(), relative=lambda distances: distances), "too long for its relative keys"),
        (make_call(pairs=np.array([[0, 0], [0, 1], [1, 0], [1, 1]])), "would be quadratic"),
        (replace(make_call(), value=torch.zeros(2, 1, 128, 24, requires_grad=True)), "no gradients"),
    ],
)
def test_why_not__names_the_reason(call, reason):
    assert reason in why_not(call)


def test_why_not__old_torch(monkeypatch):
    monkeypatch.setattr(torch, "__version__", "2.6.0+cu124")
    assert why_not(make_call()) == "torch 2.6.0+cu124 is older than 2.7"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"block": 48}, "blocks of 48 bins"),
        ({"dtype": torch.float64}, "float64"),
    ],
)
def test_why_not__sizes_of_the_kernel(changes, reason, monkeypatch):
    call = make_call(**changes)
    assert why_not(call) is None
    assert reason in why_not(on_gpu(call, monkeypatch))


def test_why_not__narrow_values(monkeypatch):
    call = replace(make_call(), value=torch.zeros(2, 1, 128, 5))
    assert "width 5" in why_not(on_gpu(call, monkeypatch))


def test_why_not__old_gpu(monkeypatch):
    assert "older than Ampere" in why_not(on_gpu(make_call(), monkeypatch, (7, 5)))


def test_why_not__no_triton(monkeypatch):
    call = on_gpu(make_call(), monkeypatch)
    monkeypatch.setattr("senformer.model.attention.backends.flex_limits.find_spec", lambda name: None)
    assert why_not(call) == "Triton, which torch compiles it with, is not installed"


def test_why_not__many_blocks(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.backends.flex_limits.MOST_BLOCKS", 1)
    assert why_not(make_call()) == "more than 1 blocks"


def test_why_not__many_logits(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.backends.flex_limits._MOST_ELEMENTS", 24_575)
    assert "32 bits" in why_not(make_call())  # 2 heads, 3 pairs, 64 x 64


@pytest.mark.parametrize(
    ("block", "dtype", "size"),
    [
        (64, torch.bfloat16, 64),
        (64, torch.float32, 32),
        (128, torch.float16, 64),
        (96, torch.bfloat16, 32),
    ],
)
def test_kernel_options__divide_the_block(block, dtype, size):
    options = kernel_options(make_call(block=block, dtype=dtype))
    assert (options["BLOCK_M"], options["BLOCK_N"]) == (size, size)
