import numpy as np
import pandas as pd
import pytest
import torch
from tests.model.zoo.small import small_section
from tests.oracles.delta import predict_alternatives
from tests.predict.delta.models import enformer, random_codes, variants_of

import senformer
from senformer.interpret.ism import mutagenesis
from senformer.model.blocks.feature_bank import FeatureBank
from senformer.predict.delta import DeltaPredictor, View, declares
from senformer.predict.delta.bank import KeptBank, declares_bins
from senformer.predict.predictor import Predictor
from senformer.variants import score

HEAD = "cells"
# Bins of 20 bp around which the bank reads 40.
N_BINS, WINDOW_BP = 10, 220
SIZES = {"crop_bins": 0, "window_bp": WINDOW_BP}


def expecto():
    torch.manual_seed(3)
    model = senformer.create_model("expecto", **small_section("expecto", **SIZES)).eval()
    with torch.no_grad():
        for tensor in [*model.bank.layers.buffers(), *model.heads.parameters()]:
            tensor.normal_(0, 0.5)
    return model


def mentr():
    torch.manual_seed(4)
    trees = {"n_trees": 6, "depth": 2, "n_knots": 0}
    model = senformer.create_model("mentr", **small_section("mentr", **SIZES, **trees)).eval()
    for tensor in model.bank.layers.buffers():
        tensor.normal_(0, 0.5)
    head = model.heads[HEAD]
    some = torch.from_numpy(random_codes(WINDOW_BP, np.random.default_rng(8))[None])
    head.features.random_(0, 30)
    head.thresholds.copy_(model.embed(some)[0, 0].double()[head.features.long()] + 0.02)
    head.values.normal_()
    return model


MODELS = {"expecto": expecto, "mentr": mentr}


@pytest.fixture
def counted(monkeypatch):
    """Windows that went through a bank."""
    found, run = [], FeatureBank.of_windows

    def counting(self, windows):
        found.append(len(windows))
        return run(self, windows)

    monkeypatch.setattr(FeatureBank, "of_windows", counting)
    return found


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("strands", ["forward", "both"])
def test_alternatives__of_a_bank_equal_whole_passes(name, strands):
    predictor = Predictor(MODELS[name](), device="cpu", batch_size=3, strands=strands)
    rng = np.random.default_rng(1)
    codes = random_codes(WINDOW_BP, rng)
    others, view = variants_of(codes, rng), View(tracks=np.array([2, 0]))
    with predictor.hold():
        reference = DeltaPredictor(predictor).reference(codes, HEAD, view)
        found = reference.alternatives(others)
        slow = predict_alternatives(predictor, codes, [codes, *others], HEAD, view.bins, view.tracks)
    np.testing.assert_allclose(reference.prediction, slow[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found, slow[1:], rtol=1e-5, atol=1e-6)
    assert (np.abs(slow[1:-1] - slow[0]).max(axis=(1, 2)) > 1e-4).sum() > 3


@torch.no_grad()
def test_kept_bank__an_allele_costs_the_bins_that_see_it(counted):
    codes = random_codes(WINDOW_BP, np.random.default_rng(1))
    kept = KeptBank(expecto(), HEAD, {"sequence": codes}, np.array([0]), None)
    assert sum(counted) == 2 * N_BINS
    counted.clear()
    # Bases of one bin's window alone, of two, and of the last one's; then both ends of one, and none.
    others = np.repeat(codes[None], 5, axis=0)
    for row, places in enumerate([[19], [100], [219], [0, 120], []]):
        others[row, places] = (others[row, places] + 1) % 4
    kept.outputs(others)
    assert sum(counted) == 2 * (1 + 2 + 1 + 3)
    kept.outputs(codes[None])
    assert sum(counted) == 2 * (1 + 2 + 1 + 3)


def test_mutagenesis__of_a_bank(counted):
    model, codes = mentr(), random_codes(WINDOW_BP, np.random.default_rng(2))
    codes[99:101] = 0
    predictor = Predictor(model, device="cpu", batch_size=4)
    counted.clear()
    found = mutagenesis(predictor, codes, HEAD, np.ones((1, 3)), range(99, 101))
    assert sum(counted) == 2 * (N_BINS + 6 * 2)
    others = np.repeat(codes[None], 8, axis=0)
    others[np.arange(8), np.repeat([99, 100], 4)] = np.tile(np.arange(4), 2)
    slow = predictor.predict(others, HEAD) - predictor.predict(codes[None], HEAD)
    np.testing.assert_allclose(found.flatten(), slow.sum(axis=(1, 2)), atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_score__of_a_bank_by_what_alleles_change(name, tmp_path, counted):
    MODELS[name]().save(tmp_path / "model")
    bases = "".join(np.random.default_rng(5).choice(list("ACGT"), 500))
    (tmp_path / "genome.fa").write_text(f">chrA\n{bases}\n")
    rows = [
        (position, bases[position - 1], "ACGT".replace(bases[position - 1], "")) for position in (250, 480)
    ]
    changes = [(position, ref, alt) for position, ref, alts in rows for alt in alts]
    changes += [(255, bases[254], bases[254] + "GATTACA"), (300, bases[299:304], bases[299])]
    table = pd.DataFrame([("chrA", *change) for change in changes], columns=["chrom", "pos", "ref", "alt"])
    found = {}
    for delta in (True, False):
        counted.clear()
        files = tmp_path / "model", tmp_path / "genome.fa", table, tmp_path / f"{delta}.parquet"
        score(*files, device="cpu", scorers=["SAD"], delta=delta)
        found[delta] = pd.read_parquet(files[-1])["SAD"].to_numpy(), sum(counted)
    np.testing.assert_allclose(found[True][0], found[False][0], rtol=1e-4, atol=1e-5)
    assert np.abs(found[True][0]).max() > 1e-3
    # Four references; the alleles of substitutions in the middle cost two bins, where whole passes cost ten.
    assert found[True][1] < 0.7 * found[False][1]


def test_declares_bins__models_around_a_bank():
    assert all(declares_bins(make()) and declares(make()) for make in MODELS.values())
    assert not declares_bins(enformer())
