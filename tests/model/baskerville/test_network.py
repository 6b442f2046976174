from collections import Counter

import numpy as np
import pytest
import torch
from tests.model.adapters.toy import adapt
from tests.model.baskerville.toy import small_baskerville
from tests.model.toy import random_codes
from tests.oracles.tfrecord import windows
from torch.nn import functional

from senformer.core.errors import DataError
from senformer.model import create_model, load_model
from senformer.model.adapters.low_rank import LowRank
from senformer.model.extend import extend
from senformer.model.golden import make_golden
from senformer.model.load import assign_tensors
from senformer.model.proof import prove_golden
from senformer.model.tiling import chunks
from senformer.model.weights import keras

MODEL, PARITY = "basenji_tiny/eval/model.h5", "parity_baskerville"
BIGBIRD = {"kind": "bigbird", "block_bins": 4}


@pytest.mark.parametrize("n_upsamplings", [0, 1, 2, 3])
def test_baskerville__shapes(n_upsamplings):
    model = small_baskerville(n_upsamplings=n_upsamplings, heads={"human": 5, "mouse": 2})
    outputs = model(random_codes(3, 16 * 40))
    n_bins = 40 * 2**n_upsamplings - 2 * 9
    assert {head: tuple(out.shape) for head, out in outputs.items()} == {
        "human": (3, n_bins, 5),
        "mouse": (3, n_bins, 2),
    }
    assert model.bin_bp == 16 // 2**n_upsamplings
    assert all(out.dtype == torch.float32 and bool((out > 0).all()) for out in outputs.values())


@pytest.mark.parametrize("attention", [{}, BIGBIRD])
@pytest.mark.parametrize("n_coarse", [5, 41, 63])
def test_baskerville__any_number_of_positions(attention, n_coarse):
    model = small_baskerville(attention=attention)
    assert model(random_codes(1, 16 * n_coarse))["human"].shape == (1, 4 * n_coarse - 18, 5)


def test_baskerville__part_of_a_position():
    with pytest.raises(DataError, match="324 bp are not whole bins of 16 bp"):
        small_baskerville()(random_codes(1, 324))


def test_baskerville__codes_and_one_hot_agree():
    model, codes = small_baskerville(), random_codes(2, 640)
    one_hot = functional.one_hot(codes.long(), 5)[..., :4].transpose(1, 2).float()
    torch.testing.assert_close(model(one_hot)["human"], model(codes)["human"], atol=0, rtol=0)


def test_baskerville__embed_is_what_heads_read():
    for n_wide, overrides in ((16, {}), (24, {"final_channels": 24})):
        model, codes = small_baskerville(**overrides), random_codes(2, 640)
        embedding = model.embed(codes)
        assert embedding.shape == (2, 142, n_wide)
        torch.testing.assert_close(
            functional.softplus(model.heads["human"](embedding)), model(codes)["human"]
        )


def test_baskerville__kept_outputs_come_to_their_own_bins():
    # Where the transformer adds nothing and the way back's own part is cut, a bin sees only what is near.
    model = small_baskerville(n_layers=0).double()
    one_hot = functional.one_hot(random_codes(1, 640).long(), 5)[..., :4].transpose(1, 2).double()
    one_hot.requires_grad_()
    bin_at = 71
    model(one_hot)["human"][0, bin_at].sum().backward()
    touched = one_hot.grad[0].abs().sum(dim=0).nonzero().flatten()
    # A convolution of five reaches two positions at 2, 4 and 8 bp; three of separable ones 2 more each.
    center = (bin_at + 9) * 4
    assert center - 80 < int(touched[0]) <= center - 16
    assert center + 16 <= int(touched[-1]) < center + 80


# Tiles of 5 positions for a batch of 2.
@pytest.mark.parametrize("n_coarse", [4, 12, 25])
def test_baskerville__tiles_equal_the_whole(n_coarse, monkeypatch):
    monkeypatch.setattr(chunks, "TILE_BINS", 10)
    model, codes = small_baskerville(crop_bins=2).double(), random_codes(2, 16 * n_coarse)
    expected = model(codes)["human"]
    with torch.no_grad():
        torch.testing.assert_close(model(codes)["human"], expected, rtol=1e-12, atol=1e-12)


def test_baskerville__an_adapted_weight_is_made_once_for_all_tiles(monkeypatch):
    monkeypatch.setattr(chunks, "TILE_BINS", 10)
    model, made, plain = small_baskerville(crop_bins=2), Counter(), LowRank.forward
    adapt(model, {"convolution": {"rank": 2}})

    def forward(part, weight):
        made[part] += 1
        return plain(part, weight)

    monkeypatch.setattr(LowRank, "forward", forward)
    with torch.no_grad():
        model.bins(random_codes(1, 16 * 40))
    assert set(made.values()) == {1}


# The halo follows the sizes: three positions are too few for a wide stem, and for a short tower.
@pytest.mark.parametrize(
    ("stem_width", "tower_channels"), [(201, [10, 12, 16]), (33, [16]), (15, [16]), (7, [10, 16])]
)
def test_baskerville__tiles_equal_the_whole_at_any_reach(stem_width, tower_channels, monkeypatch):
    monkeypatch.setattr(chunks, "TILE_BINS", 10)
    sizes = {"stem_width": stem_width, "tower_channels": tower_channels, "n_upsamplings": 1, "n_layers": 0}
    model = small_baskerville(**sizes, crop_bins=2, window_bp=16 * 20).double()
    codes = random_codes(2, model.coarse_bp * 75)
    expected = model.bins(codes)
    assert expected.requires_grad
    with torch.no_grad():
        torch.testing.assert_close(model.bins(codes), expected, rtol=1e-12, atol=1e-12)


def test_baskerville__relative_positions():
    model = small_baskerville(positions="relative", n_position_features=12)
    assert model(random_codes(1, 640))["human"].shape == (1, 142, 5)


def test_baskerville__gradient_reaches_every_parameter_and_the_sequence():
    model = small_baskerville(attention=BIGBIRD, final_channels=20).train()
    one_hot = functional.one_hot(random_codes(2, 640).long(), 5)[..., :4].transpose(1, 2).float()
    model(one_hot.requires_grad_())["human"].square().sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []
    assert bool(one_hot.grad.any())


def test_baskerville__bigbird_that_sees_all_is_dense():
    dense, sparse = small_baskerville(), small_baskerville(attention=BIGBIRD | {"window_blocks": 21})
    codes = random_codes(2, 640)
    torch.testing.assert_close(sparse(codes)["human"], dense(codes)["human"], atol=2e-6, rtol=1e-5)


def test_baskerville__longer_window_keeps_its_basis():
    model, codes = small_baskerville(), random_codes(1, 16 * 60)
    longer = extend(model, window_bp=16 * 60)
    assert (longer.window_bp, longer.config.position_bins) == (960, 40)
    torch.testing.assert_close(longer(codes)["human"], model(codes)["human"], atol=0, rtol=0)


def test_baskerville__epsilon_of_keras_in_every_norm():
    model = small_baskerville()
    norms = [m.eps for m in model.modules() if isinstance(m, torch.nn.LayerNorm)]
    assert norms == [1e-3] * 4


@pytest.mark.parametrize("attention", [{}, BIGBIRD])
def test_baskerville__saved_and_loaded(attention, tmp_path):
    model, codes = small_baskerville(attention=attention), random_codes(2, 640)
    model.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model", verify=True)
    assert loaded.card.bin_bp == 4
    torch.testing.assert_close(loaded(codes)["human"], model(codes)["human"], atol=0, rtol=0)


def test_baskerville__golden_bins_are_the_transformers():
    assert small_baskerville().golden_bins() == 24
    # The ninth block of four is the first that the middle one misses.
    model = small_baskerville(attention=BIGBIRD)
    assert model.golden_bins() == 36
    model.card.golden = make_golden(model)
    other = small_baskerville(attention=BIGBIRD | {"seed": 9})
    other.card.golden = model.card.golden
    with pytest.raises(DataError, match="other attention blocks are drawn"):
        prove_golden(other, "m")


@pytest.fixture(scope="module")
def published(shared_data):
    """Return the published model, its first test window and the recorded layers."""
    foreign = keras.read(shared_data / MODEL)
    model = create_model(foreign.model, **foreign.overrides).eval().requires_grad_(False)
    assign_tensors(model, dict(foreign.tensors), MODEL)
    records = shared_data / "basenji_tiny/tiny/hg38/tfrecords"
    codes = np.stack([codes for codes, _ in windows(records / "test-0.tfr")])
    return model, torch.from_numpy(codes)


def _activations(model, codes):
    """Return the outputs of the parts that have a layer of Keras' to their name, for one window."""
    found = {}

    def keep(name, take=lambda out: out):
        return lambda module, args, out: found.update({name: take(out)[0].numpy()})

    def keep_input(name):
        return lambda module, args: found.update({name: args[0][0].numpy()})

    model.stem.register_forward_hook(keep("max_pooling1d"))
    for i, block in enumerate(model.tower):
        block.register_forward_hook(keep(f"max_pooling1d_{i + 1}", lambda out: out[0]))
    for i, block in enumerate(model.transformer):
        number = f"_{i}" if i else ""
        block.attention.register_forward_hook(keep(f"multihead_attention{number}"))
        block.feed_forward_norm.register_forward_pre_hook(keep_input(f"add_{2 * i}".removesuffix("_0")))
        block.register_forward_hook(keep(f"add_{2 * i + 1}"))
    for i, block in enumerate(model.upsampling):
        number = f"_{i}" if i else ""
        block.linear.register_forward_hook(
            keep(f"up_sampling1d{number}", lambda out: out.repeat_interleave(2, 1))
        )
        block.conv.register_forward_pre_hook(keep_input(f"add_{4 + i}"))
        block.conv.register_forward_hook(keep(f"separable_conv1d{number}"))
    model.final.register_forward_pre_hook(keep_input("cropping1d"))
    model.transform(model.tower_output(model.read(codes)), model.crop_bins)
    return found


@pytest.mark.real_data
def test_baskerville__equals_keras_layer_by_layer(published, shared_data):
    model, codes = published
    found = _activations(model, codes[:1])
    with np.load(shared_data / PARITY / "activations_hg38_test0.npz") as expected:
        assert len(expected.files) == 20
        assert sorted(found) == sorted(expected.files)
        for name in expected.files:
            out = found[name]
            out = out[:: len(out) // 256][:256]
            np.testing.assert_allclose(out, expected[name], atol=1e-4, rtol=1e-3, err_msg=name)


@pytest.mark.real_data
def test_baskerville__equals_keras_predictions(published, shared_data):
    model, codes = published
    with np.load(shared_data / PARITY / "pred_hg38_test.npz") as expected:
        for i, values in enumerate(expected["pred_f32_first2"]):
            out = model(codes[i : i + 1])["human"][0].numpy()
            np.testing.assert_allclose(out, values, atol=1e-4, rtol=1e-3)


@pytest.mark.real_data
@pytest.mark.slow
def test_baskerville__accuracy_on_the_held_out_fold(published, shared_data):
    model, _ = published
    targets, predictions = [], []
    for number in range(3):
        path = shared_data / f"basenji_tiny/tiny/hg38/tfrecords/test-{number}.tfr"
        for codes, target in windows(path):
            predictions.append(model(torch.from_numpy(codes)[None])["human"][0].double().numpy())
            targets.append(target.reshape(2048, 74).astype(np.float64))
    x, y = np.concatenate(predictions), np.concatenate(targets)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    found = (x * y).sum(axis=0) / np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))
    recorded = np.loadtxt(shared_data / PARITY / "pearson_hg38_test.tsv")
    np.testing.assert_allclose(found, recorded, atol=2e-5)
