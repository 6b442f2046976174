import pytest
import torch
from tests.model.adapters.toy import BOTH, SIZES, adapt, codes, stir, tiny

from senformer.core.errors import ConfigError
from senformer.model.attention.base import Attention
from senformer.model.parts import named_parts
from senformer.model.tiling.stage import TILE_BYTES


def _gradients(model, recompute):
    model.recompute = recompute
    adapters = {key: p for key, p in named_parts(model).items() if key.startswith("adapters.")}
    loss = model(codes(n_bases=768))["a"].square().mean()
    return dict(zip(adapters, torch.autograd.grad(loss, list(adapters.values())), strict=True))


@pytest.mark.parametrize("name", SIZES)
def test_add_adapters__nothing_changes_at_first(name):
    model = tiny(name)
    before = model(codes())["a"]
    adapt(model)
    assert torch.equal(model(codes())["a"], before)
    stir(model)
    assert not torch.allclose(model(codes())["a"], before, atol=1e-3)


def test_add_adapters__of_what_is_named():
    model = tiny("senformer")
    adapt(model, {"attention": {"rank": 2}, "convolution": {"rank": 2, "targets": ["tower.1", "*.5.conv"]}})
    names = {key.rpartition(".")[0] for key in named_parts(model) if key.startswith("adapters.")}
    attention = {f"adapters.transformer.{i}.attention.{kind}" for i in (0, 1) for kind in ("query", "value")}
    assert names == {"adapters.tower.1.conv", "adapters.tower.5.conv", *attention}


def test_add_adapters__draw_depends_on_seed_and_name_alone():
    drawn = []
    for config, seed in ((BOTH, 5), ({"attention": {"rank": 2}}, 5), (BOTH, 6)):
        model = tiny("enformer")
        adapt(model, config, seed)
        drawn.append(named_parts(model)["adapters.transformer.1.attention.value.down"])
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


@pytest.mark.parametrize("training", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_add_adapters__same_gradients_in_tiles(training, monkeypatch):
    monkeypatch.setitem(TILE_BYTES, "cpu", 2**15)
    model = tiny("senformer", dtype=torch.float64).train(training)
    for module in model.modules():
        if hasattr(module, "dropout"):
            module.dropout = 0.0
    for module in model.modules():
        if isinstance(module, Attention):
            module.eval()
    adapt(model)
    stir(model)
    whole, tiled = (_gradients(model, mode) for mode in ("never", "always"))
    assert len(whole) == 2 * (2 * 4 + 6)
    torch.testing.assert_close(tiled, whole, atol=1e-9, rtol=1e-7)
    assert all(gradient.any() for gradient in whole.values())


def test_add_adapters__model_without_attention():
    from senformer.model import create_model

    model = create_model(
        "enformer", **{**SIZES["enformer"], "n_layers": 0}, window_bp=2048, crop_bins=2, heads={"a": 3}
    )
    with pytest.raises(ConfigError, match=r"adapters\.attention: the model has no attention layer") as fault:
        adapt(model)
    assert fault.value.code == "E634"


def test_add_adapters__unknown_convolution():
    with pytest.raises(ConfigError, match=r"convolution\.targets: no parameter is called 'stem'"):
        adapt(tiny("enformer"), {"convolution": {"targets": ["stem"]}})


def test_add_adapters__rank_too_large():
    with pytest.raises(
        ConfigError, match=r"rank: is 9, transformer\.0\.attention\.query\.weight .* most 8"
    ) as fault:
        adapt(tiny("enformer"), {"attention": {"rank": 9}})
    assert fault.value.code == "E635"
