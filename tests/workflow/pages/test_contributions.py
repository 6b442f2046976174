import json

import numpy as np
import pytest
import torch
from tests.model.zoo.test_gkm_svm import random_machine
from tests.model.zoo.test_zoo import fitted
from tests.variants.toy import BIN_BP, DEFAULT, WINDOW_BP, ToyModel, write_genome

from senformer.core.shapes import BASES
from senformer.genome.fasta import open_fasta
from senformer.predict.predictor import Predictor
from senformer.variants import score
from senformer.variants.ensemble import Ensemble
from senformer.variants.indels import INDELS
from senformer.variants.measure import Measure
from senformer.workflow.pages import contributions as module
from senformer.workflow.pages.contributions import choose_method, contributions
from senformer.workflow.pages.reopen import Scoring
from senformer.workflow.pages.write import report_scores

BASES_OF_CHR1 = np.random.default_rng(5).integers(0, 4, 400).astype(np.uint8)
# A substitution, an insertion, and a deletion at base 201, 1-based.
ALLELES = {"one": (1, "N"), "in": (1, "NGATTACA"), "out": (4, "N")}


def score_variants(model, tmp_path, names):
    """Return the table of a model's scores."""
    model.eval().save(tmp_path / "m")
    text = "".join(BASES[code] for code in BASES_OF_CHR1)
    (tmp_path / "g.fa").write_text(f">chr1\n{text}\n")
    other = "C" if text[200] != "C" else "G"
    lines = ["chrom\tpos\tref\talt\tid"]
    for name in names:
        n_ref, alt = ALLELES[name]
        alt = alt.replace("N", text[200] if len(alt) > 1 or n_ref > 1 else other)
        lines.append(f"chr1\t201\t{text[200 : 200 + n_ref]}\t{alt}\t{name}")
    (tmp_path / "v.tsv").write_text("\n".join(lines) + "\n")
    where = tmp_path / "m", tmp_path / "g.fa", tmp_path / "v.tsv", tmp_path / "s.parquet"
    score(*where, scorers=["SAD"], device="cpu")
    return tmp_path / "s.parquet"


@pytest.mark.parametrize(("name", "names"), [("gkm_svm", ["one", "in", "out"]), ("mentr", ["one"])])
def test_contributions__without_a_gradient_are_mean_drops(name, names, tmp_path, monkeypatch):
    model = random_machine() if name == "gkm_svm" else fitted("mentr")
    monkeypatch.setattr("senformer.workflow.pages.sequence.FLANK_BP", 4)
    page = report_scores(score_variants(model, tmp_path, names), top=3)
    items = {item["variant_id"]: item for item in map(_read, page.parent.glob("chr1*.json"))}
    assert set(items) == set(names)
    assert {item["sequence"]["method"] for item in items.values()} == {"ism"}
    assert any(value for item in items.values() for value in item["sequence"]["alt"]["values"])
    found = items["one"]["sequence"]["ref"]["values"]
    start = 200 - model.window_bp // 2
    codes = BASES_OF_CHR1[start : start + model.window_bp]
    track = items["one"]["tracks"][0]["track_index"]
    slow = [_mean_drop(model, codes, place, track) for place in range(200 - start - 4, 200 - start + 5)]
    np.testing.assert_allclose(found, slow, rtol=1e-4, atol=1e-6)
    assert "In-silico mutagenesis: by how much" in next(page.parent.glob("chr1*.html")).read_text()


def test_contributions__of_alleles_that_are_read_as_strings(tmp_path):
    model = random_machine(readout="words")
    page = report_scores(score_variants(model, tmp_path, ALLELES), top=3)
    items = {item["variant_id"]: item for item in map(_read, page.parent.glob("chr1*.json"))}
    flank = "-" * 26  # of 30 columns, words of 5 bp reach 4
    text = "".join(BASES[code] for code in BASES_OF_CHR1)
    for name, item in items.items():
        change = item["sequence"]["ref"]["bases"], item["sequence"]["alt"]["bases"]
        assert all(bases.startswith(flank) and bases.endswith(flank) for bases in change), name
        ref, alt = (bases.replace("-", "") for bases in change)
        assert ref in text
        assert len(alt) - len(ref) == len(item["alt"]) - len(item["ref"])
    found = items["one"]["sequence"]["alt"]["values"][26:-26]
    alt = [BASES.index(base) for base in items["one"]["sequence"]["alt"]["bases"].strip("-")]
    track = items["one"]["tracks"][0]["track_index"]
    slow = [_mean_drop(model, np.array(alt, dtype=np.uint8), place, track) for place in range(9)]
    np.testing.assert_allclose(found, slow, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["gkm_svm", "mentr"])
def test_contributions__of_long_windows_without_a_gradient_there_are_none(name, tmp_path, monkeypatch):
    # mentr says what can be kept of a window; the limit is the same.
    model = random_machine() if name == "gkm_svm" else fitted("mentr")
    monkeypatch.setattr(module, "LONGEST_ISM_BP", model.window_bp - 1)
    page = report_scores(score_variants(model, tmp_path, ["one"]), top=1)
    (item,) = map(_read, page.parent.glob("chr1*.json"))
    assert item["sequence"] is None
    assert f"a window of {model.window_bp} bp would take too long" in item["why_no_letters"]
    assert item["why_no_letters"] in next(page.parent.glob("chr1*.html")).read_text()


def test_contributions__of_strings_whatever_the_window(tmp_path, monkeypatch):
    model = random_machine(readout="words")
    monkeypatch.setattr(module, "LONGEST_ISM_BP", model.window_bp - 1)
    page = report_scores(score_variants(model, tmp_path, ["one"]), top=1)
    (item,) = map(_read, page.parent.glob("chr1*.json"))
    assert (item["sequence"]["method"], item["why_no_letters"]) == ("ism", "")


@pytest.fixture
def scoring_of(tmp_path):
    """Return a function that says that some models made scores."""
    fasta = open_fasta(write_genome(tmp_path))

    def make(*models, **options):
        ensemble = Ensemble([Predictor(model, device="cpu", **options) for model in models], "toy", (2, 0))
        return Scoring(fasta, ensemble, Measure(DEFAULT, BIN_BP), INDELS["shift"], has_delta=True)

    return make


def without_gradient(scale=1.0):
    model = ToyModel(scale)
    model.has_gradient = False
    return model


def test_choose_method__one_model_without_a_gradient_is_enough(scoring_of):
    assert choose_method(scoring_of(ToyModel(), ToyModel(0.5))) == "gradient"
    for models in ((ToyModel(), without_gradient()), (without_gradient(), ToyModel())):
        assert choose_method(scoring_of(*models)) == "ism"


@pytest.mark.parametrize("make", [ToyModel, without_gradient])
def test_contributions__are_the_mean_over_models_and_shifts(make, scoring_of):
    models, shifts, margin = [make(), make(0.3)], (0, 2, -1), 2
    codes = np.random.default_rng(8).integers(0, 4, WINDOW_BP + 2 * margin).astype(np.uint8)
    places = range(4, 20)
    read = np.array([1.0, 0.0, 2.0, 0.5])
    found = contributions(scoring_of(*models, shifts_bp=shifts), codes, read, 1, places)
    expected = []
    for model in models:
        for shift in shifts:
            window = codes[margin + shift : margin + shift + WINDOW_BP]
            own = [place - margin - shift for place in places]
            expected.append(contributions(scoring_of(model), window, read, 1, own)[own])
    np.testing.assert_allclose(found[4:20], np.mean(expected, axis=0), rtol=1e-4, atol=1e-6)
    assert np.std(expected, axis=0).max() > 1e-3
    assert np.isnan(found[[*range(4), *range(20, len(codes))]]).all()


def _read(path):
    return json.loads(path.read_text())


def _mean_drop(model, codes, place, track):
    """Return the mean fall of the prediction of both strands, one substitution after the other."""
    others = []
    for base in set(range(4)) - {int(codes[place])}:
        other = codes.copy()
        other[place] = base
        others.append(_predict(model, other)[track])
    return _predict(model, codes)[track] - np.mean(others)


def _predict(model, codes):
    both = np.stack([codes, 3 - codes[::-1]])
    with torch.no_grad():
        return model(torch.from_numpy(both))["cells"][:, 0].mean(0).double().numpy()
