import numpy as np
import pytest
import torch
from tests.oracles.delta import predict_alternatives
from tests.predict.delta.models import (
    ATTENTION,
    HEAD,
    baskerville,
    enformer,
    random_codes,
    variants_of,
)
from tests.predict.delta.variants_in_genomes import windows_of
from tests.predict.toy import HEAD as TOY_HEAD
from tests.predict.toy import ToyModel

from senformer.core.errors import DataError
from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import reverse_complement
from senformer.predict.delta import DeltaPredictor, View, declares
from senformer.predict.delta.passes import KeptPass
from senformer.predict.predictor import Predictor

# Relative, of the largest value: what fp32 rounding may do.
_TOLERANCE = 1e-5


def compare(model, n_bp, *, seed=1, view=None, batch_size=4, strands="forward", **settings):
    """Hold all alternatives of a random sequence against whole passes."""
    rng = np.random.default_rng(seed)
    predictor = Predictor(model, device="cpu", batch_size=batch_size, strands=strands, **settings)
    codes = random_codes(n_bp + 2 * predictor.margin_bp, rng)
    others, view = variants_of(codes, rng), view or View()
    with predictor.hold():
        reference = DeltaPredictor(predictor).reference(codes, HEAD, view)
        found = reference.alternatives(others)
        slow = predict_alternatives(predictor, codes, [codes, *others], HEAD, view.bins, view.tracks)
    scale = np.abs(slow).max()
    np.testing.assert_allclose(reference.prediction, slow[0], rtol=0, atol=_TOLERANCE * scale)
    np.testing.assert_allclose(found, slow[1:], rtol=0, atol=_TOLERANCE * scale)
    # They are not all the same: an engine that kept everything would fail.
    assert np.abs(slow[1:-1] - slow[0]).max() > 100 * _TOLERANCE * scale


@pytest.mark.parametrize("attention", ATTENTION)
def test_alternatives__equal_whole_passes(attention):
    compare(enformer(attention), 16 * 40)


@pytest.mark.parametrize("attention", ATTENTION)
def test_alternatives__of_some_bins_and_tracks_equal_whole_passes(attention):
    view = View(np.array([30, 2, 17]), np.array([4, 1]))
    compare(enformer(attention), 16 * 37, view=view, seed=2)


@pytest.mark.parametrize("batch_size", [1, 3, 11])
def test_alternatives__any_batch_size(batch_size):
    compare(enformer("bigbird"), 16 * 40, batch_size=batch_size, seed=3)


def test_alternatives__shifts_and_both_strands():
    compare(enformer("bigbird", n_layers=1), 16 * 30, shifts_bp=(-2, 5), strands="both", seed=4)


def test_alternatives__tracks_of_strand_pairs_are_exchanged():
    model = enformer()
    pairs = [3, 1, 2, 0, 4]
    model.card.heads[HEAD] = [{"name": str(i), "strand_pair": pair} for i, pair in enumerate(pairs)]
    compare(model, 16 * 40, view=View(tracks=np.array([0, 2, 3])), strands="both")


@pytest.mark.parametrize("pooling", ["max", "attention"])
def test_alternatives__any_pooling_and_no_layers(pooling):
    compare(enformer(pooling=pooling, n_layers=0, n_conv_blocks=1), 4 * 40, seed=5)


@pytest.mark.parametrize("n_upsamplings", [0, 2])
def test_alternatives__a_model_whose_bins_mix_behind_the_transformer(n_upsamplings):
    compare(baskerville(n_upsamplings=n_upsamplings, crop_bins=3), 16 * 40)


def test_alternatives__named_global_bins():
    model = enformer("bigbird_local")
    rng = np.random.default_rng(6)
    codes, named = random_codes(16 * 40, rng), np.zeros(40, dtype=bool)
    named[[7, 33]] = True
    inputs = {"sequence": codes, "global_bins": named}
    others = variants_of(codes, rng)

    def turn(window):
        turned = reverse_complement(window["sequence"])
        return {"sequence": turned, "global_bins": window["global_bins"][:, ::-1]}

    predictor = Predictor(model, device="cpu")
    reference = DeltaPredictor(predictor).reference(inputs, HEAD, turn=turn)
    slow = predict_alternatives(predictor, inputs, others, HEAD, turn=turn)
    np.testing.assert_allclose(reference.alternatives(others), slow, atol=_TOLERANCE * np.abs(slow).max())
    without = predict_alternatives(predictor, codes, others, HEAD)
    assert np.abs(slow - without).max() > 1e-3 * np.abs(slow).max()


def test_alternatives__a_model_that_declares_nothing_is_predicted_the_plain_way():
    model, rng = ToyModel(), np.random.default_rng(7)
    codes, others = rng.integers(0, 5, 64).astype(np.uint8), rng.integers(0, 5, (3, 64)).astype(np.uint8)
    predictor = Predictor(model, device="cpu")
    engine, view = DeltaPredictor(predictor), View(np.array([2, 5]), np.array([0]))
    assert not engine.is_used
    reference = engine.reference(codes, TOY_HEAD, view)
    slow = predict_alternatives(predictor, codes, [codes, *others], TOY_HEAD, view.bins, view.tracks)
    np.testing.assert_allclose(reference.prediction, slow[0], rtol=1e-6)
    np.testing.assert_allclose(reference.alternatives(others), slow[1:], rtol=1e-6)


def test_alternatives__one_equal_to_the_reference_is_the_reference_to_the_bit():
    predictor = Predictor(enformer(), device="cpu")
    codes = random_codes(16 * 40, np.random.default_rng(8))
    reference = DeltaPredictor(predictor).reference(codes, HEAD)
    np.testing.assert_array_equal(reference.alternatives(codes[None])[0], reference.prediction)


def test_alternatives__one_changed_base_runs_few_rows_of_the_tower(monkeypatch):
    model, seen = enformer(), []
    forward = type(model.tower[0].conv).inside

    def counting(self, x, gain=1.0):
        seen.append(x.shape[0] * x.shape[1])
        return forward(self, x, gain)

    predictor = Predictor(model, device="cpu", strands="forward")
    codes = random_codes(16 * 400, np.random.default_rng(9))
    reference = DeltaPredictor(predictor).reference(codes, HEAD)
    monkeypatch.setattr(type(model.tower[0].conv), "inside", counting)
    other = codes.copy()
    other[3000] = (other[3000] + 1) % 4
    reference.alternatives(other[None])
    # Four convolutions; the first reads bases, the last what 5 or 6 bins are made of.
    assert len(seen) == 4
    assert max(seen) < 400


def test_alternatives__other_length_is_refused():
    reference = DeltaPredictor(Predictor(enformer(), device="cpu")).reference(np.zeros(640, np.uint8), HEAD)
    with pytest.raises(ValueError, match="sequences of 624 bases, the reference has 640"):
        reference.alternatives(np.zeros((1, 624), np.uint8))


def test_reference__not_finite_or_not_whole_bins_is_an_error():
    model = enformer()
    engine = DeltaPredictor(Predictor(model, device="cpu"))
    with pytest.raises(DataError, match="641 bp are not whole bins of 16 bp"):
        engine.reference(np.zeros(641, np.uint8), HEAD)
    with pytest.raises(DataError, match="leaves none after cropping 3"):
        engine.reference(np.zeros(16 * 6, np.uint8), HEAD)
    torch.nn.init.constant_(model.heads[HEAD].bias, float("nan"))
    with pytest.raises(DataError, match="chr1:5: the model's prediction is not finite"):
        engine.reference(np.zeros(640, np.uint8), HEAD, name="chr1:5")


def test_reference__leaves_the_model_as_it_was():
    model = enformer().train()
    codes = np.zeros(640, np.uint8)
    DeltaPredictor(Predictor(model, device="cpu")).reference(codes, HEAD).alternatives(1 - codes[None])
    assert all(module.training for module in model.modules())


def test_declares__models_of_the_zoo_do():
    assert declares(enformer())
    assert declares(baskerville())
    assert not declares(ToyModel())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_alternatives__random_models_and_settings(seed):
    rng = np.random.default_rng(seed)
    kind = ["senformer", "baskerville"][int(rng.integers(4) == 0)]
    changes = {"n_layers": int(rng.integers(1, 5)), "crop_bins": int(rng.integers(0, 8))}
    attention = list(ATTENTION)[seed % len(ATTENTION)]
    model = baskerville(**changes) if kind == "baskerville" else enformer(attention, **changes)
    n_bins = int(rng.integers(20, 70))
    n_out = n_bins * 16 // model.bin_bp - 2 * changes["crop_bins"]
    bins = rng.permutation(n_out)[: rng.integers(1, n_out)] if seed % 2 else None
    tracks = rng.permutation(5)[: rng.integers(1, 5)] if seed % 3 else None
    settings = {
        "strands": ["both", "forward"][int(rng.integers(2))],
        "batch_size": int(rng.integers(1, 9)),
        "shifts_bp": (0,) if seed % 4 else (-3, 1),
    }
    compare(model, 16 * n_bins, seed=seed, view=View(bins, tracks), **settings)


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("attention", ["dense", "bigbird"])
@pytest.mark.parametrize("genome", ["hg38_chr1_10mb/chr1_0_10000000.fa.gz", "sacCer3/sacCer3.fa.gz"])
def test_alternatives__of_measured_genomes(shared_data, genome, attention):
    model = enformer(attention, n_layers=2, n_conv_blocks=4)
    predictor = Predictor(model, device="cpu", strands="forward", batch_size=10)
    fasta, rng, worst, largest = open_fasta(shared_data / genome), np.random.default_rng(11), 0.0, 0.0
    with predictor.hold():
        # 1,000 alleles of each of two genomes: 250 of a kind.
        for codes, others in windows_of(fasta, 32 * 64, 100, 10, rng):
            found = DeltaPredictor(predictor).reference(codes, HEAD).alternatives(others)
            slow = predictor.predict(others, HEAD)
            worst = max(worst, float((np.abs(found - slow) / np.abs(slow).max()).max()))
            largest = max(largest, float((np.abs(slow - slow[:1]) / np.abs(slow).max()).max()))
    assert worst < _TOLERANCE
    assert largest > 0.01


def test_alternatives__a_batch_that_is_slow_on_a_cpu_is_cut(monkeypatch):
    model = enformer("bigbird")
    predictor = Predictor(model, device="cpu", strands="forward", batch_size=4)
    codes = np.random.default_rng(6).integers(0, 4, 16 * 40).astype(np.uint8)
    others = np.repeat(codes[None], 5, axis=0)
    others[np.arange(5), 300 + np.arange(5)] ^= 1
    sizes = []
    outputs = KeptPass.outputs
    monkeypatch.setattr(KeptPass, "outputs", lambda own, rows: sizes.append(len(rows)) or outputs(own, rows))
    reference = DeltaPredictor(predictor).reference(codes, HEAD)
    whole = reference.alternatives(others)
    n_values = reference._passes[0][2].n_values
    monkeypatch.setattr("senformer.predict.delta.predictor._MOST_ON_CPU", 2 * n_values + 1)
    np.testing.assert_allclose(reference.alternatives(others), whole, rtol=1e-5, atol=1e-6)
    monkeypatch.setattr("senformer.predict.delta.predictor._MOST_ON_CPU", 1)
    np.testing.assert_allclose(reference.alternatives(others), whole, rtol=1e-5, atol=1e-6)
    assert sizes == [4, 1, 2, 2, 1, 1, 1, 1, 1, 1]
