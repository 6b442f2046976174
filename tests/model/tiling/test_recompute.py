import pytest
import torch
from tests.model.tiling.compare import MODES, assert_as_near, assert_same, model_in, results, tiled
from tests.model.toy import random_codes, small_model

from senformer.core.errors import DataError
from senformer.model.norm import NormGelu
from senformer.model.tiling import recompute, stage
from senformer.model.tiling.stage import stages


@pytest.fixture(autouse=True)
def tiles_of_a_few_rows(monkeypatch):
    """Cut 17 bins of 8 bp into dozens of tiles at base resolution, the last one ragged."""
    monkeypatch.setitem(stage.TILE_BYTES, "cpu", 1500)


def both(mode, dtype, n_bins, batch, **overrides):
    x = torch.randn(batch, 8 * n_bins, 4).to(dtype)
    plain = model_in(mode, dtype, **overrides)
    expected = results(plain, plain.tower_output, x)
    model = model_in(mode, dtype, **overrides)
    return results(model, lambda x: tiled(model, x), x), expected


@pytest.mark.parametrize("pooling", ["attention", "max"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("n_bins", "batch"), [(17, 2), (1, 3)])
def test_run_stage__equals_autograd(mode, pooling, n_bins, batch):
    found, expected = both(mode, torch.float64, n_bins, batch, pooling=pooling)
    assert_same(found, expected, 1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_run_stage__equals_autograd_in_single_precision(mode):
    # 64 and 72 channels take the convolution's own gradient.
    torch.manual_seed(1)
    found, plain = both(mode, torch.float32, 17, 2, channels=128, channel_divisor=64)
    torch.manual_seed(1)
    exact = both(mode, torch.float64, 17, 2, channels=128, channel_divisor=64)[1]
    assert_as_near(found, plain, exact, 1e-5)


@pytest.mark.parametrize("size", [400, 1500, 10**9])
def test_run_stage__any_tile(size, monkeypatch):
    monkeypatch.setitem(stage.TILE_BYTES, "cpu", size)
    found, expected = both("training", torch.float64, 5, 2)
    assert_same(found, expected, 1e-11)


def test_run_stage__constant_offset_keeps_its_digits():
    # A mean far from zero, as sums of squares do not like it.
    model = model_in("training", torch.float32)
    with torch.no_grad():
        model.stem.conv.bias += 100
    x = torch.randn(2, 80, 4)
    moments = recompute._batch_moments(stages(model.stem, model.tower)[0], x)
    conv = model.stem.conv(x).double()
    torch.testing.assert_close(moments.var, conv.var((0, 1), correction=0), rtol=1e-5, atol=0)


def test_run_stage__parameters_that_do_not_learn():
    model = model_in("training")
    wanted = {"tower.1.conv.weight", "stem.residual.linear.bias"}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in wanted)
    x = model.read(random_codes(2, 72)).double()
    tiled(model, x).square().sum().backward()
    found = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    assert set(found) == wanted
    model.zero_grad()
    model.tower_output(x).square().sum().backward()
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, dict(model.named_parameters())[name].grad, rtol=1e-9, atol=1e-9)


def test_run_stage__bfloat16_autocast_is_as_near_as_the_plain_way():
    x = torch.randn(2, 136, 4)
    exact, plain, ours = (model_in("training", torch.float32) for _ in range(3))

    def in_half(run):
        def half(x):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return run(x).float()

        return half

    theirs = results(plain, in_half(plain.tower_output), x)
    found = results(ours, in_half(lambda x: tiled(ours, x)), x)
    assert all(value.dtype == torch.float32 for value in found.values())
    assert_as_near(found, theirs, results(exact, exact.tower_output, x), 0.03)


def test_run_stage__statistics_changed_before_backward_are_refused():
    model = model_in("frozen")
    y = tiled(model, model.read(random_codes(1, 72)).double())
    model.stem.residual.norm.running_mean.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.parametrize("mode", MODES)
def test_run_stage__gradient_penalty_is_refused(mode):
    model = model_in(mode)
    x = model.read(random_codes(1, 72)).double().requires_grad_()
    y = tiled(model, x)
    with pytest.raises(DataError, match="stem and tower in tiles: second derivatives"):
        torch.autograd.grad(y.sum(), x, create_graph=True)


def test_run_stage__no_activation_of_the_whole_window(monkeypatch):
    monkeypatch.setitem(stage.TILE_BYTES, "cpu", 10_000)
    model, seen = small_model(), []
    for norm in (module for module in model.modules() if isinstance(module, NormGelu)):
        norm.register_forward_hook(lambda module, args, out: seen.append(out.numel() * 4))
    x = model.read(random_codes(2, 8 * 500))
    tiled(model, x).sum().backward()
    assert len(seen) > 100
    assert max(seen) < 2 * 10_000
