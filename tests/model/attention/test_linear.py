import numpy as np
import pytest
import torch
from tests.contracts import attention as contract
from tests.model.toy import random_codes, small_model
from tests.oracles.linear_attention import linear_layer

from senformer import create_model, load_model
from senformer.core.errors import ConfigError
from senformer.model.attention.base import AttentionSizes
from senformer.model.attention.linear import LinearAttention, LinearConfig

LINEAR = {"kind": "linear", "rotary_base": 50.0}


@pytest.mark.parametrize("n_bins", [1, 2, 33])
def test_linear__equals_the_oracle(n_bins):
    module = contract.make_layer("linear", rotary_base=50.0).double()
    x, positions = contract.make_inputs(n_bins)
    x = x.double().requires_grad_()
    found, expected = module(x, positions), linear_layer(module, x)
    torch.testing.assert_close(found, expected, atol=1e-12, rtol=1e-12)
    wanted = [x, *module.parameters()]
    grad = torch.randn(found.shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    for got, want in zip(
        torch.autograd.grad(found, wanted, grad), torch.autograd.grad(expected, wanted, grad), strict=True
    ):
        scale = max(1.0, float(want.abs().max()))
        torch.testing.assert_close(got, want, atol=1e-12 * scale, rtol=0)


def test_linear__every_bin_sees_every_bin():
    module = contract.make_layer("linear")
    x, positions = contract.make_inputs(37)
    for key in (0, 5, 36):
        changed = x.clone()
        changed[:, key] += 1
        with torch.no_grad():
            assert bool((module(x, positions) != module(changed, positions)).any(dim=-1).all())
    pattern = module.pattern(37, np.array([3]))
    assert (pattern.n_blocks, pattern.pairs.tolist()) == (1, [[0, 0]])


def test_linear__examples_do_not_mix():
    module = contract.make_layer("linear")
    x, positions = contract.make_inputs(21)
    with torch.no_grad():
        alone = torch.cat([module(x[index : index + 1], positions) for index in range(contract.BATCH)])
        torch.testing.assert_close(module(x, positions), alone, atol=1e-6, rtol=1e-6)


def test_linear__named_bins_change_nothing():
    module = contract.make_layer("linear")
    x, positions = contract.make_inputs(21)
    assert torch.equal(module(x, positions, contract.named_bins(21)), module(x, positions))


def test_linear__order_matters():
    module = contract.make_layer("linear")
    x, positions = contract.make_inputs(21)
    swapped = x.flip(1)
    assert not torch.allclose(module(swapped, positions).flip(1), module(x, positions), atol=1e-3)


def test_linear__memory_is_linear(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.summary._CHUNK", 64)
    small, large = (contract.largest_tensor(contract.make_layer("linear"), n) for n in (400, 800))
    # No tensor is larger than the values of all heads.
    assert small == contract.BATCH * 400 * contract.HEADS * contract.VALUE
    assert large == 2 * small


def test_linear__autocast_sums_in_float32():
    module = contract.make_layer("linear")
    x, positions = contract.make_inputs(3000)
    x.requires_grad_()
    plain = module(x, positions)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        short = module(x, positions)
        (grad,) = torch.autograd.grad(short.float().square().sum(), x)
    assert short.dtype == torch.bfloat16
    scale = float(plain.detach().abs().max())
    assert float((short - plain).detach().abs().max()) < 0.01 * scale
    (expected,) = torch.autograd.grad(plain.square().sum(), x)
    assert float((grad - expected).norm() / expected.norm()) < 0.02


def test_linear__dropout_rate():
    contract.drops_weights_at_its_rate("linear")


def test_linear__dropout_gradient():
    contract.backward_draws_the_same_weights("linear")


def test_linear__position_dropout_in_training_alone():
    sizes = AttentionSizes(6, 2, 5, 3, 12, dropout=0.0, position_dropout=0.3)
    torch.manual_seed(0)
    layer = LinearAttention(sizes, LinearConfig(), 0)
    torch.nn.init.normal_(layer.out.weight)
    x, positions = torch.randn(1, 9, 6), contract.make_inputs(9)[1]
    with torch.no_grad():
        plain = layer.eval()(x, positions)
        assert torch.equal(plain, layer(x, positions))
        draws = torch.stack([layer.train()(x, positions) for _ in range(200)])
    assert not torch.equal(draws[0], draws[1])
    error = (draws.mean(0) - plain).abs() / (draws.std(0) / len(draws) ** 0.5)
    assert float(error.mean()) < 1.2  # of a unit normal the mean distance is 0.8


def test_linear__initial_values():
    torch.manual_seed(0)
    sizes = AttentionSizes(channels=600, n_heads=8, key_size=64, value_size=5, n_features=192)
    layer = LinearAttention(sizes, LinearConfig(), 0).requires_grad_(False)
    assert float(layer.query.weight.std()) == pytest.approx((2 / 600) ** 0.5, rel=0.02)
    assert not layer.out.weight.any()
    names = {"query.weight", "key.weight", "value.weight", "out.weight", "out.bias"}
    assert set(layer.state_dict()) == names
    assert {(name, tensor.shape) for name, tensor in layer.state_dict().items()} < {
        (name, tensor.shape) for name, tensor in _enformer(sizes).state_dict().items()
    }


def _enformer(sizes):
    return contract.ATTENTIONS["dense"](sizes, contract.ATTENTIONS["dense"].config_class(), 0)


def test_linear__a_model_saves_and_loads(tmp_path):
    model, codes = small_model(attention=LINEAR), random_codes(2, 320)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m", verify=True)
    assert loaded.config.attention == LinearConfig(rotary_base=50.0)
    assert torch.equal(loaded(codes)["human"], model(codes)["human"])
    assert loaded(random_codes(1, 8 * 7))["human"].shape == (1, 1, 5)


def test_linear__a_model_learns():
    torch.manual_seed(0)
    model = small_model(attention={"kind": "linear"}).train()
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    model(random_codes(2, 320))["human"].sum().backward()
    before = model.transformer[0].attention.key.weight.detach().clone()
    optimizer.step()
    assert not torch.equal(before, model.transformer[0].attention.key.weight)


def test_linear__runs_again_with_the_same_draws():
    def gradients(recompute):
        model = small_model(attention=LINEAR, attention_dropout=0.3, position_dropout=0.2).train()
        model.recompute = recompute
        torch.manual_seed(3)
        model(random_codes(2, 320))["human"].square().sum().backward()
        return [layer.weight.grad for layer in (model.transformer[0].attention.key, model.pointwise.linear)]

    for again, kept in zip(gradients("always"), gradients("never"), strict=True):
        torch.testing.assert_close(again, kept, atol=1e-5 * float(kept.abs().max()), rtol=1e-4)


def test_linear__no_learned_tokens():
    with pytest.raises(ConfigError) as caught:
        create_model("senformer", attention={"kind": "linear", "learned_tokens": 2})
    assert "learned_tokens" in caught.value.line
    assert "less than or equal to 0" in caught.value.line


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_linear__cuda_equals_cpu(dtype):
    module = contract.make_layer("linear").to(dtype)
    x, positions = contract.make_inputs(3000)
    x = x.to(dtype)
    tolerance = 1e-4 if dtype == torch.float32 else 0.02
    with torch.no_grad():
        expected = module(x, positions).float()
        found = module.cuda()(x.cuda(), positions).float().cpu()
    torch.testing.assert_close(found, expected, atol=tolerance * float(expected.abs().max()), rtol=0)
