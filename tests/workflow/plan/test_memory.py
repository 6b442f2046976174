from dataclasses import replace

import pytest

from senformer.model.create import model_config
from senformer.workflow.plan.memory import Shape, peak_bytes, predict_bytes, train_bytes
from senformer.workflow.plan.parameters import empty_model


def published(bp, is_frozen=True, **changes):
    values = {"window_bp": bp, "heads": {"human": 5313}}
    return Shape(empty_model("senformer", model_config("senformer", values), is_frozen), bp // 128, **changes)


@pytest.fixture(scope="module")
def shape():
    return published(196_608)


def test_weights__four_bytes_a_value(shape):
    assert shape.weights == 4 * 246_172_353 == shape.trained


def test_trained__the_other_heads_weights_stay(shape):
    both = Shape(empty_model("enformer", model_config("enformer", {})), 1536, head="human")
    assert both.weights == 4 * 251_221_292
    assert both.trained == shape.trained


def test_stage_outputs__the_shape_trace_of_the_published_model(shape):
    halved = [(49_152, 768), (24_576, 896), (12_288, 1024), (6144, 1152), (3072, 1280), (1536, 1536)]
    assert shape.stage_outputs() == [4 * rows * channels for rows, channels in halved]


def test_stage_outputs__batch_statistics_keep_what_every_norm_reads():
    found = published(196_608, is_frozen=False).stage_outputs()
    assert len(found) == 13
    assert found[0] == found[1] == 4 * 98_304 * 768


def test_predict_bytes__parts_add_up_and_halves_are_extra(shape):
    full, half = predict_bytes(shape), predict_bytes(replace(shape, dtype="bf16"))
    assert peak_bytes(full) == sum(full.values())
    assert half["halves"] > 0 == full["halves"]


def test_predict_bytes__no_more_than_linear_in_the_window(shape):
    long = replace(shape, n_bins=8 * 1536)
    assert peak_bytes(predict_bytes(long)) < 2 * peak_bytes(predict_bytes(shape))


def test_train_bytes__kept_activations_are_linear_and_batch_statistics_keep_more():
    short, long, batch = (
        train_bytes(published(bp, frozen))
        for bp, frozen in ((393_216, True), (786_432, True), (393_216, False))
    )
    assert long["kept"] == pytest.approx(2 * short["kept"], rel=0.01)
    assert long["moments"] == 2 * long["gradients"]
    assert peak_bytes(short) < peak_bytes(batch) < 1.6 * peak_bytes(short)


def test_layers_run_again__by_size_unless_the_model_says():
    long = published(196_608)
    short = replace(long, n_bins=128)
    assert (short.layers_run_again, long.layers_run_again) == (False, True)
    long.model.recompute = "never"
    assert not long.layers_run_again


def test_train_bytes__two_windows_keep_twice_as_much():
    shape = published(393_216)
    one, two = train_bytes(shape), train_bytes(replace(shape, batch=2))
    assert two["kept"] == pytest.approx(2 * one["kept"], rel=0.02)


def test_predict_bytes__weights_as_winograds_method_holds_them(shape, monkeypatch):
    before = peak_bytes(predict_bytes(shape))
    monkeypatch.setattr("senformer.model.winograd._MIN_IN", 1)
    layers = [block.conv for block in shape.model.tower]
    assert shape.transforms == sum(8 * 4 * layer.n_in * layer.n_out for layer in layers) > 0
    assert peak_bytes(predict_bytes(shape)) >= before
    assert replace(shape, dtype="bf16").transforms == replace(shape, device="cuda").transforms == 0
