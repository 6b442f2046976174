import numpy as np
import pytest
import torch
from tests.model.toy import random_codes, small_model
from tests.oracles.sonnet import seeded_state
from torch.nn import functional

from senformer.core.errors import DataError
from senformer.model import create_model, load_model
from senformer.model.positions.table import PositionTable

FOLDER = "parity_enformer_sonnet"


@pytest.mark.parametrize("name", ["enformer", "senformer"])
def test_enformer__shapes(name):
    model = small_model(name)
    outputs = model(random_codes(3, 8 * 40))
    # 40 bins less 3 at each end.
    assert {head: tuple(out.shape) for head, out in outputs.items()} == {
        "human": (3, 34, 5),
        "mouse": (3, 34, 2),
    }
    assert all(out.dtype == torch.float32 and bool((out > 0).all()) for out in outputs.values())


# Seven bins are the fewest that the crop leaves; 41 and 63 leave a ragged block.
@pytest.mark.parametrize("n_bins", [7, 41, 63])
def test_enformer__any_number_of_bins(n_bins):
    model = small_model()
    assert model(random_codes(1, 8 * n_bins))["mouse"].shape == (1, n_bins - 6, 2)


def test_enformer__codes_one_hot_and_mapping_agree():
    model, codes = small_model(), random_codes(2, 320)
    one_hot = functional.one_hot(codes.long(), 5)[..., :4].transpose(1, 2).float()
    expected = model(codes)["human"]
    torch.testing.assert_close(model(one_hot)["human"], expected, atol=0, rtol=0)
    torch.testing.assert_close(model({"sequence": codes})["human"], expected, atol=0, rtol=0)


def test_enformer__heads_are_evaluated_on_request():
    model = small_model()
    assert list(model(random_codes(1, 320), heads=["mouse"])) == ["mouse"]
    with pytest.raises(DataError) as caught:
        model(random_codes(1, 320), heads=["humna"])
    assert caught.value.line == "error[E515]: model heads: no head 'humna'. Did you mean 'human'?"


def test_enformer__other_examples_change_nothing():
    model, codes = small_model(), random_codes(3, 320)
    together = model(codes)["human"]
    alone = torch.cat([model(codes[i : i + 1])["human"] for i in range(3)])
    torch.testing.assert_close(together, alone, atol=2e-6, rtol=1e-5)


def test_enformer__embed_is_what_heads_read():
    model, codes = small_model(), random_codes(2, 320)
    embedding = model.embed(codes)
    assert embedding.shape == (2, 34, 64)
    torch.testing.assert_close(functional.softplus(model.heads["mouse"](embedding)), model(codes)["mouse"])


def test_enformer__gradient_reaches_every_parameter_and_the_sequence():
    model = small_model().train()
    one_hot = functional.one_hot(random_codes(2, 320).long(), 5)[..., :4].transpose(1, 2).float()
    outputs = model(one_hot.requires_grad_())
    sum(out.square().sum() for out in outputs.values()).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []
    assert bool(one_hot.grad.any())


def test_enformer__loss_falls_in_one_step():
    model = small_model(dropout=0.0, attention_dropout=0.0, position_dropout=0.0).train()
    codes, targets = random_codes(2, 320), torch.rand(2, 34, 5)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)

    def loss():
        return functional.poisson_nll_loss(model(codes)["human"], targets, log_input=False)

    before = loss()
    before.backward()
    optimizer.step()
    assert float(loss().detach()) < float(before.detach())


def test_enformer__same_seed_same_dropout():
    model, codes = small_model().train(), random_codes(2, 320)
    outputs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        outputs.append(model(codes)["human"].detach())
    assert torch.equal(outputs[0], outputs[1])
    assert not torch.equal(outputs[0], outputs[2])


def test_enformer__bfloat16_is_near():
    model, codes = small_model().requires_grad_(False), random_codes(2, 320)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = model(codes)["human"]
    expected = model(codes)["human"]
    assert half.dtype == torch.float32
    assert float((half - expected).abs().mean()) < 0.03 * float(expected.std())


def test_enformer__longer_window_keeps_its_basis():
    model = small_model()
    torch.testing.assert_close(model.positions(60).whole()[20:-20], model.positions(40).whole())


def test_enformer__named_bins_reach_everywhere():
    attention = {"block_bins": 4, "window_blocks": 1, "global_blocks": 0, "random_blocks": 0}
    model = small_model(n_layers=1, attention=attention, crop_bins=0).double()
    codes = random_codes(2, 320)
    named = torch.zeros(2, 40, dtype=torch.bool)
    named[1, 17] = True
    with torch.no_grad():
        plain, found = (
            model(inputs)["human"] for inputs in (codes, {"sequence": codes, "global_bins": named})
        )
    moved = (found != plain).any(-1)
    assert not bool(moved[0].any())
    # Its neighbors in the block, 16, 18 and 19, see bin 17 in any case.
    assert torch.nonzero(~moved[1])[:, 0].tolist() == [16, 18, 19]


def test_enformer__named_bins_are_declared():
    assert set(small_model().inputs) == {"sequence", "global_bins"}
    assert set(small_model("enformer").inputs) == {"sequence"}
    with pytest.raises(DataError, match="no input is called 'global_bins'"):
        small_model("enformer")({"sequence": random_codes(1, 320), "global_bins": torch.ones(1, 40).bool()})


def test_enformer__gradients_after_inference_mode():
    model, codes = small_model(), random_codes(1, 320)
    with torch.inference_mode():
        model(codes)
    model(codes)["human"].sum().backward()
    assert model.transformer[0].attention.relative_key.weight.grad is not None


def test_enformer__learned_tokens_are_saved(tmp_path):
    model, codes = small_model(attention={"block_bins": 4, "learned_tokens": 2}), random_codes(1, 320)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m", verify=True)
    assert loaded.transformer.tokens.shape == (2, 32)
    with torch.no_grad():
        torch.testing.assert_close(loaded(codes)["human"], model(codes)["human"], atol=0, rtol=0)


def test_enformer__max_pooling_has_no_pooling_weights():
    model = small_model(pooling="max")
    assert not [name for name in model.state_dict() if ".pool." in name or name.startswith("pool")]
    assert model(random_codes(1, 320))["mouse"].shape == (1, 34, 2)


def test_enformer__senformer_takes_its_weights_unchanged():
    sparse, dense = small_model(attention={"window_blocks": 21}), small_model("enformer")
    sparse.load_state_dict(dense.state_dict())
    codes = random_codes(2, 320)
    torch.testing.assert_close(sparse(codes)["human"], dense(codes)["human"], atol=2e-6, rtol=1e-5)


def _stage_hooks(model):
    stages = {}
    parts = {
        "stem": model.stem,
        "conv_tower": model.tower[-1],
        "transformer": model.transformer[-1],
        "final_pointwise": model.pointwise,
    }
    for name, part in parts.items():
        part.register_forward_hook(lambda module, args, out, name=name: stages.update({name: out[0]}))
    return stages


@pytest.fixture(scope="module")
def sonnet(shared_data):
    """Return the Sonnet model in our form, its input and its outputs."""
    folder = shared_data / FOLDER
    model = create_model("enformer", channels=384, n_layers=2).eval().requires_grad_(False)
    model.load_state_dict(seeded_state(folder / "weights_attention.tsv", model.state_dict(), 384))
    text = (folder / "input_hg38_chr1_1000000_1196608.txt").read_text().strip().upper()
    codes = torch.tensor(["ACGT".index(base) for base in text], dtype=torch.uint8)[None]
    return model, codes, dict(np.load(folder / "out_attention.npz"))


def _agrees(sonnet, tolerance):
    model, codes, expected = sonnet
    with torch.no_grad():
        outputs = model(codes)
    stages = _stage_hooks(model)
    # Under no_grad the tower runs in tiles; the stages are to be seen whole.
    model(codes, heads=[])
    for head, out in outputs.items():
        np.testing.assert_allclose(out[0, :, :64], expected[f"{head}_first64"], atol=tolerance, rtol=0)
        np.testing.assert_allclose(out[0].sum(0), expected[f"{head}_sum_over_bins"], rtol=1e-4)
    np.testing.assert_allclose(
        stages["final_pointwise"][::16], expected["trunk_bins_every16"], atol=tolerance, rtol=0
    )
    for name, stage in stages.items():
        thinned = stage[:: max(1, len(stage) // 128)][:128, :32]
        np.testing.assert_allclose(thinned, expected[f"trunk_{name}"], atol=tolerance, rtol=0)


@pytest.mark.slow
@pytest.mark.real_data
def test_enformer__equals_sonnet_with_its_features(sonnet, shared_data, monkeypatch):
    stored = np.load(shared_data / FOLDER / "positional_features_L1536_F48_full.npz")["features"]
    monkeypatch.setattr(PositionTable, "whole", lambda self: torch.from_numpy(stored))
    _agrees(sonnet, 1e-4)


@pytest.mark.slow
@pytest.mark.real_data
def test_enformer__equals_sonnet_with_own_features(sonnet):
    _agrees(sonnet, 2e-3)


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["enformer", "senformer"])
def test_enformer__cuda_equals_cpu(name):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    model, codes = small_model(name), random_codes(2, 8 * 41)
    results = []
    for device in ("cpu", "cuda"):
        model = model.to(device)
        with torch.backends.cudnn.flags(allow_tf32=False):
            outputs = model(codes.to(device))["human"]
            (gradient,) = torch.autograd.grad(outputs.sum(), model.stem.conv.weight)
        results.append((outputs.detach().cpu(), gradient.cpu()))
    torch.testing.assert_close(results[1], results[0], atol=1e-4, rtol=1e-4)


@pytest.mark.gpu
def test_enformer__cuda_trains_with_dropout():
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    model, codes = small_model().cuda().train(), random_codes(2, 320).cuda()
    with torch.autocast("cuda", dtype=torch.bfloat16):
        model(codes)["human"].sum().backward()
    assert all(torch.isfinite(p.grad).all() for n, p in model.named_parameters() if "mouse" not in n)
