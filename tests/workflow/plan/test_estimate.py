from dataclasses import replace

import pytest

from senformer.model.create import model_config
from senformer.workflow.plan.estimate import (
    core_flops,
    longest_fitting,
    longest_window,
    recommend,
    seconds_of,
)
from senformer.workflow.plan.flops import forward_flops, with_kind
from senformer.workflow.plan.memory import Shape, peak_bytes, predict_bytes
from senformer.workflow.plan.parameters import empty_model
from senformer.workflow.plan.rates import Rates

RATES = Rates(1e11, 1e11, {"dense": 1e11, "bigbird": 5e10, "linear": 1e11}, 1e11, 0.0, 1.0)


@pytest.fixture(scope="module")
def shape():
    config = model_config("senformer", {"heads": {"human": 5313}})
    return Shape(empty_model("senformer", config, is_frozen=True), 1536)


def test_seconds_of__equal_rates_are_operations_over_the_rate(shape):
    config = with_kind(shape.config, "dense")
    flops = forward_flops(config, 1536, 1536**2)
    seconds = seconds_of(shape, "senformer", RATES, "dense", "human")
    assert seconds == pytest.approx(sum(flops.values()) / 1e11, rel=1e-9)


def test_seconds_of__training_updates_the_weights_and_runs_large_layers_again(shape):
    rates = replace(RATES, optimizer=1e9)
    plain, trained = (seconds_of(shape, "senformer", some, "dense", "human") for some in (RATES, rates))
    layers = 63.4e9 * 11 / 1e11
    assert trained - plain == pytest.approx(shape.trained / 1e9 + layers / 3, rel=1e-3)


def test_core_flops__sparse_is_linear_and_dense_quadratic(shape):
    def ratio(kind):
        return core_flops("senformer", shape.config, kind, 12_288) / core_flops(
            "senformer", shape.config, kind, 6144
        )

    assert ratio("dense") == 4
    assert ratio("bigbird") == pytest.approx(2, rel=0.01)


def test_longest_window__fits_and_the_next_does_not(shape):
    free = 3_000_000_000
    bp = longest_window(shape, predict_bytes, free)
    longer = replace(shape, n_bins=bp // 128 + 64)
    assert bp % 8192 == 0
    assert (
        peak_bytes(predict_bytes(replace(shape, n_bins=bp // 128)))
        <= free
        < peak_bytes(predict_bytes(longer))
    )


def test_longest_window__nothing_fits(shape):
    assert longest_window(shape, predict_bytes, 10) == 0


@pytest.mark.parametrize(("free", "longest"), [(9, 9), (20, 20), (39, 79), (55, 95), (1000, 1000)])
def test_longest_fitting__what_a_longer_window_needs_can_be_less(free, longest):
    # From 61 on, less is kept.
    def fits(n):
        return (n if n <= 60 else n - 40) <= free

    assert longest_fitting(fits, 2, 1000) == longest


def test_longest_fitting__nothing_fits():
    assert longest_fitting(lambda n: n < 2, 2, 1000) is None
    assert longest_fitting(lambda n: n == 2, 2, 1000) == 2


def test_longest_window__beyond_where_layers_run_again(shape):
    def kept(some):
        return {"kept": some.n_bins if some.n_bins <= 2560 else some.n_bins // 2}

    assert longest_window(shape, kept, 2000) == 3968 * 128


def test_recommend__dense_where_it_costs_no_more(shape):
    found = recommend(shape, "senformer", RATES, "human")
    assert found["recommended"] == "dense"
    assert "dense sees every pair of bins" in found["reason"]


def test_recommend__sparse_in_a_long_window(shape):
    found = recommend(replace(shape, n_bins=12_288), "senformer", RATES, "human")
    assert found["recommended"] == "sparse"
    assert found["dense_seconds"] > 1.1 * found["sparse_seconds"]
    assert 65_536 <= found["crossover_bp"] <= 262_144
