from collections import Counter

import pytest
import torch
from tests.model.adapters.toy import adapt, codes, tiny
from tests.model.tiling.compare import assert_same
from tests.model.toy import random_codes, small_model

from senformer.core.errors import DataError
from senformer.model.adapters.low_rank import LowRank
from senformer.model.tiling import chunks, stage, tower


@pytest.fixture
def small_tiles(monkeypatch):
    monkeypatch.setitem(stage.TILE_BYTES, "cpu", 3000)
    monkeypatch.setattr(chunks, "TILE_BINS", 20)


def gradients(recompute, training):
    model = small_model().double().train(training)
    model.recompute = recompute
    bins = model.bins(random_codes(2, 8 * 33))
    bins.square().sum().backward()
    found = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {"y": bins.detach(), **found}


@pytest.mark.parametrize("training", [True, False])
def test_run_tower__always_equals_never(training, small_tiles):
    assert_same(gradients("always", training), gradients("never", training), 1e-10)


def test_run_tower__small_inputs_are_untouched():
    model = small_model()
    x = model.read(random_codes(2, 8 * 33))
    assert torch.equal(model.bins(random_codes(2, 8 * 33)), model.tower_output(x))


def test_run_tower__attribution_in_evaluation(small_tiles):
    found = []
    for recompute in ("always", "never"):
        model = small_model().double().requires_grad_(False)
        model.recompute = recompute
        one_hot = torch.nn.functional.one_hot(random_codes(2, 320).long(), 5)[..., :4].double()
        one_hot = one_hot.transpose(1, 2).requires_grad_()
        found.append(torch.autograd.grad(model.embed(one_hot).square().sum(), one_hot)[0])
    torch.testing.assert_close(*found, rtol=1e-10, atol=1e-10)


# torch's own rules of forward-mode derivatives are scripts, of which it warns.
@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")
def test_run_tower__second_derivatives_the_plain_way_in_evaluation():
    model = small_model(channels=16).double()
    model.recompute = "never"
    x = model.read(random_codes(1, 16)).transpose(1, 2).requires_grad_()
    assert torch.autograd.gradgradcheck(model.bins, x, fast_mode=True)
    model.requires_grad_(False)

    def total(x):
        return model.bins(x).square().sum()

    tangent = torch.func.jvp(total, (x.detach(),), (torch.ones_like(x),))[1]
    torch.testing.assert_close(tangent, torch.func.grad(total)(x.detach()).sum())


@pytest.mark.parametrize(("training", "recompute"), [(True, "never"), (True, "always"), (False, "always")])
def test_run_tower__second_derivatives_are_refused(training, recompute):
    model = small_model().train(training)
    model.recompute = recompute
    x = model.read(random_codes(1, 320)).transpose(1, 2).requires_grad_()
    with pytest.raises(DataError, match="second derivatives are not computed"):
        torch.autograd.grad(model.bins(x).sum(), x, create_graph=True)


def test_run_tower__chunks_in_tiles_without_gradients(small_tiles):
    model, codes = small_model().double(), random_codes(2, 8 * 47)
    with torch.no_grad():
        torch.testing.assert_close(
            model.bins(codes), model.tower_output(model.read(codes)), rtol=1e-12, atol=1e-12
        )


def test_run_tower__one_hot_of_one_chunk_at_a_time(small_tiles, monkeypatch):
    seen, as_bases = [], tower.as_bases
    monkeypatch.setattr(tower, "as_bases", lambda x, dtype: seen.append(x.shape[1]) or as_bases(x, dtype))
    with torch.no_grad():
        small_model().bins(random_codes(1, 8 * 100))
    assert max(seen) == 8 * (20 + 8)


def test_run_tower__nothing_is_kept_where_nothing_learns(small_tiles, monkeypatch):
    def refuse(*args):
        raise AssertionError("stage with gradients")

    monkeypatch.setattr(tower, "run_stage", refuse)
    model = small_model()
    model.recompute = "always"
    with pytest.raises(AssertionError, match="stage with gradients"):
        model.bins(random_codes(1, 320))
    model.stem.requires_grad_(False)
    model.tower.requires_grad_(False)
    assert not model.bins(random_codes(1, 320)).requires_grad


@pytest.mark.gpu
@pytest.mark.parametrize("training", [True, False])
def test_run_tower__always_equals_never_on_a_gpu(training, monkeypatch):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    monkeypatch.setitem(stage.TILE_BYTES, "cuda", 3000)
    found = []
    for recompute in ("always", "never"):
        model = small_model().double().cuda().train(training)
        model.recompute = recompute
        bins = model.bins(random_codes(2, 8 * 33))
        bins.square().sum().backward()
        named = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
        found.append({"y": bins.detach(), **named})
    assert_same(*found, 1e-10)


def test_run_whole__is_module_after_module():
    model = small_model()
    x = expected = model.read(random_codes(2, 80))
    for module in (model.stem, *model.tower):
        expected = module(expected)
    assert torch.equal(tower.run_whole(model.stem, model.tower, x), expected)


@pytest.mark.parametrize(
    ("recompute", "with_gradient"), [("never", True), ("always", True), ("always", False)]
)
def test_run_tower__an_adapted_weight_is_made_once(recompute, with_gradient, small_tiles, monkeypatch):
    model = tiny("enformer")
    adapt(model, {"convolution": {"rank": 2}})
    model.recompute = recompute
    made, plain = Counter(), LowRank.forward

    def forward(part, weight):
        made[part] += 1
        return plain(part, weight)

    monkeypatch.setattr(LowRank, "forward", forward)
    with torch.set_grad_enabled(with_gradient):
        model.bins(codes())
    # Six blocks of the tower.
    assert list(made.values()) == [1] * 6
