import numpy as np
import pytest
import torch
from tests.predict.toy import HEAD, ToyModel

import senformer
from senformer.core.errors import ConfigError, DataError, DeviceError
from senformer.genome.sequence import reverse_complement
from senformer.predict.predictor import Predictor


def random_codes(n: int, width: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 5, (n, width)).astype(np.uint8)


def run_plain(model: ToyModel, codes: np.ndarray) -> np.ndarray:
    model.eval()
    with torch.no_grad():
        return model(torch.from_numpy(codes))[HEAD].numpy()


@pytest.fixture(scope="module")
def small_enformer() -> torch.nn.Module:
    torch.manual_seed(1)
    model = senformer.create_model(
        "senformer",
        channels=8,
        channel_divisor=4,
        n_layers=1,
        n_position_features=6,
        attention={"block_bins": 8},
        n_heads=2,
        key_size=4,
        n_conv_blocks=1,
        window_bp=128,
        crop_bins=3,
        heads={"yeast": 5, "fly": 2},
    )
    return model.train()


def test_predict__forward_strand_is_the_model():
    model, codes = ToyModel(), random_codes(5, 64)
    found = Predictor(model, device="cpu", strands="forward", batch_size=2).predict(codes, HEAD)
    assert found.shape == (5, 14, 3)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, run_plain(model, codes))


def test_predict__both_strands_is_the_mean_with_bins_and_pairs_turned():
    model, codes = ToyModel(), random_codes(2, 64)
    forward, reverse = run_plain(model, codes), run_plain(model, reverse_complement(codes))
    turned = np.empty_like(reverse)
    for window in range(2):
        for place in range(14):
            # Track 0 (plus) and 2 (minus) are a pair, track 1 has none.
            turned[window, place] = reverse[window, 13 - place][[2, 1, 0]]
    found = Predictor(model, device="cpu").predict(codes, HEAD)
    np.testing.assert_allclose(found, (forward + turned) / 2, rtol=1e-6)
    assert np.abs(found - forward).max() > 0.1


def test_predictor__strands_are_by_default_those_of_the_card(small_enformer):
    assert Predictor(ToyModel(), device="cpu").strands == "both"
    assert small_enformer.card.strands == "both"
    small_enformer.card.strands = "forward"
    try:
        assert Predictor(small_enformer, device="cpu").strands == "forward"
        assert Predictor(small_enformer, device="cpu", strands="both").strands == "both"
    finally:
        small_enformer.card.strands = "both"


def test_predict__both_strands_of_the_other_strand_is_the_same_turned():
    predictor, codes = Predictor(ToyModel(), device="cpu"), random_codes(3, 64)
    found = predictor.predict(codes, HEAD)
    turned = predictor.predict(reverse_complement(codes), HEAD)
    np.testing.assert_allclose(found, turned[:, ::-1, [2, 1, 0]], rtol=1e-6)


def test_predict__does_not_depend_on_the_batch_size(small_enformer):
    codes = random_codes(7, 128)
    whole = Predictor(small_enformer, device="cpu", batch_size=7).predict(codes, "yeast")
    for batch_size in (1, 2, 4):
        found = Predictor(small_enformer, device="cpu", batch_size=batch_size).predict(codes, "yeast")
        np.testing.assert_allclose(found, whole, atol=1e-5, rtol=1e-5)


def test_predict__other_windows_of_the_batch_do_not_matter(small_enformer):
    codes, others = random_codes(3, 128), random_codes(3, 128, seed=2)
    others[1] = codes[1]
    predictor = Predictor(small_enformer, device="cpu", batch_size=3)
    mine, theirs = predictor.predict(codes, "fly")[1], predictor.predict(others, "fly")[1]
    np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_predict__never_more_than_a_batch_at_once():
    model = ToyModel()
    Predictor(model, device="cpu", batch_size=2).predict(random_codes(5, 64), HEAD)
    # Batches of 2, 2 and 1, each on two strands.
    assert (model.n_calls, model.largest_batch) == (6, 2)


def test_predict__shifts_read_the_flanks():
    model, codes = ToyModel(), random_codes(3, 64 + 2 * 9)
    predictor = Predictor(model, device="cpu", strands="forward", shifts_bp=(0, 3, -9))
    assert predictor.margin_bp == 9
    parts = [run_plain(model, np.ascontiguousarray(codes[:, first : first + 64])) for first in (9, 12, 0)]
    np.testing.assert_allclose(predictor.predict(codes, HEAD), sum(parts) / 3, rtol=1e-6)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_predict__half_precision_is_near_and_comes_back_as_float32(small_enformer, precision):
    codes = random_codes(2, 128)
    exact = Predictor(small_enformer, device="cpu").predict(codes, "yeast")
    rough = Predictor(small_enformer, device="cpu", precision=precision).predict(codes, "yeast")
    assert rough.dtype == np.float32
    # bfloat16 keeps 8 bits: a relative 4e-3 an operation.
    np.testing.assert_allclose(rough, exact, rtol=0.1, atol=0.02)
    assert not np.array_equal(rough, exact)


def test_predict__leaves_model_and_generator_as_found(small_enformer):
    small_enformer.train()
    frozen = small_enformer.stem
    frozen.eval()
    modes = [module.training for module in small_enformer.modules()]
    gradients = [parameter.requires_grad for parameter in small_enformer.parameters()]
    weights = {name: tensor.clone() for name, tensor in small_enformer.state_dict().items()}
    state = torch.get_rng_state()
    codes = random_codes(2, 128)
    kept = codes.copy()

    Predictor(small_enformer, device="cpu").predict(codes, "yeast")

    assert [module.training for module in small_enformer.modules()] == modes
    assert [parameter.requires_grad for parameter in small_enformer.parameters()] == gradients
    assert all(torch.equal(tensor, weights[name]) for name, tensor in small_enformer.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.is_grad_enabled()
    np.testing.assert_array_equal(codes, kept)


def test_predict__the_model_still_trains_afterwards(small_enformer):
    codes = random_codes(2, 128)
    Predictor(small_enformer, device="cpu").predict(codes, "yeast")
    small_enformer.train()
    small_enformer(torch.from_numpy(codes), heads=["yeast"])["yeast"].sum().backward()
    small_enformer.zero_grad()


def test_predict__mode_is_restored_after_a_fault():
    model = ToyModel().train()
    with pytest.raises(KeyError):
        Predictor(model, device="cpu").predict(random_codes(2, 64), "no such head")
    assert model.training
    assert model.dropout.training


def test_hold__nested_and_released():
    model = ToyModel().train()
    predictor = Predictor(model, device="cpu")
    with predictor.hold():
        predictor.predict(random_codes(2, 64), HEAD)
        assert not model.dropout.training
    assert model.dropout.training


def test_predict__read_only_codes():
    codes = random_codes(2, 64)
    codes.flags.writeable = False
    Predictor(ToyModel(), device="cpu").predict(codes, HEAD)


def test_predict__no_sequence():
    with pytest.raises(ValueError, match="at least one sequence"):
        Predictor(ToyModel(), device="cpu").predict(random_codes(0, 64), HEAD)


class OneBadWindow(ToyModel):
    """Says NaN of windows that begin with N."""

    def forward(self, inputs, heads=None):
        output = super().forward(inputs, heads)[HEAD]
        output[inputs[:, 0] == 4, 2, 1] = torch.nan
        return {HEAD: output}


@pytest.mark.parametrize(
    ("names", "text"),
    [(None, "sequence 3: the model's"), (["a", "b", "c", "chr1:5-9", "e"], "chr1:5-9: the")],
)
def test_predict__not_finite_names_the_sequence(names, text):
    codes = random_codes(5, 64) % 4
    codes[3, 0] = 4
    predictor = Predictor(OneBadWindow(), device="cpu", batch_size=2)
    with pytest.raises(DataError, match=text) as caught:
        predictor.predict(codes, HEAD, names)
    assert caught.value.code == "E708"


def test_predict__out_of_memory_says_what_to_lower(monkeypatch):
    model = ToyModel()

    def full(*_arguments, **_keywords):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has")

    monkeypatch.setattr(ToyModel, "forward", full)
    with pytest.raises(DeviceError) as caught:
        Predictor(model, device="cpu").predict(random_codes(2, 64), HEAD)
    assert (caught.value.code, caught.value.exit_code) == ("E718", 69)
    text = "device 'cpu': is out of memory (CUDA out of memory). Lower --batch-size."
    assert str(caught.value) == text


def test_hold__weights_that_do_not_fit(monkeypatch):
    homes = []

    def full_once(_model, device):
        homes.append(device)
        if len(homes) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried")

    model = ToyModel().train()
    predictor = Predictor(model, device="cpu")
    monkeypatch.setattr(ToyModel, "to", full_once)
    with pytest.raises(DeviceError, match="Use a device with more memory"), predictor.hold():
        pass
    assert len(homes) == 2
    assert model.dropout.training


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"batch_size": 0}, "batch_size: is 0, at least 1 is needed"),
        ({"shifts_bp": ()}, "shifts_bp: is empty"),
        ({"strands": "bth"}, "no strands is called 'bth'. Did you mean 'both'"),
        ({"precision": "fp23"}, "no precision is called 'fp23'. Did you mean 'fp32'"),
    ],
)
def test_predictor__refuses_what_cannot_be(settings, text):
    with pytest.raises(ConfigError, match=text):
        Predictor(ToyModel(), device="cpu", **settings)


@pytest.mark.gpu
def test_predict__cuda_agrees_and_the_model_comes_home(small_enformer):
    codes = random_codes(3, 128)
    here = Predictor(small_enformer, device="cpu").predict(codes, "yeast")
    there = Predictor(small_enformer, device="cuda").predict(codes, "yeast")
    np.testing.assert_allclose(there, here, atol=2e-5, rtol=2e-5)
    assert next(small_enformer.parameters()).device.type == "cpu"


def test_split__the_parts_average_to_the_whole():
    whole = Predictor(ToyModel(), device="cpu", shifts_bp=(0, 2))
    width = whole.model.window_bp if hasattr(whole.model, "window_bp") else 32
    codes = random_codes(3, width + 4)
    parts = [part.predict(codes, HEAD) for part in whole.split()]
    assert len(parts) == 4
    np.testing.assert_allclose(np.mean(parts, axis=0), whole.predict(codes, HEAD), rtol=1e-5)
    assert len(whole.passes) == 4
