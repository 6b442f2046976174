import gc

import numpy as np
import torch

from senformer.model.attention.backends.base import Call, PlanCache
from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.plan import Plan


def make_call(*, requires_grad: bool = False) -> Call:
    plan = Plan(BlockPattern(5, 4, np.array([[0, 0], [0, 1], [1, 1]])))
    shapes = [(2, 1, 5, 3), (2, 3), (2, 3), (2, 1, 5, 3), (2, 1, 5, 7), (2, 9, 3)]
    return Call([plan], *(torch.zeros(shape, requires_grad=requires_grad) for shape in shapes))


def test_call__gradients_are_wanted_where_they_are_recorded():
    assert not make_call().needs_gradients
    call = make_call(requires_grad=True)
    assert call.needs_gradients
    with torch.no_grad():
        assert not call.needs_gradients


def test_call__pattern_and_layout_of_the_first_head():
    call = make_call()
    assert call.pattern.n_bins == 5
    assert call.layout.first_token == 8
    assert call.device.type == "cpu"


def test_plan_cache__made_once_and_dropped_with_the_plans():
    cache: PlanCache[int] = PlanCache()
    plans = make_call().plans
    made = []
    for _ in range(2):
        assert cache.get(plans, torch.device("cpu"), lambda: made.append(1) or 7) == 7
    assert made == [1]
    assert len(cache) == 1
    del plans
    gc.collect()
    assert len(cache) == 0


def test_plan_cache__tensors_can_be_saved_for_gradients():
    cache: PlanCache[torch.Tensor] = PlanCache()
    plans = make_call().plans
    with torch.inference_mode():
        kept = cache.get(plans, torch.device("cpu"), lambda: torch.zeros(2))
    assert not kept.is_inference()
