import json

import numpy as np
import pytest
import torch
from tests.model.zoo.test_gkm_svm import random_machine
from tests.model.zoo.test_zoo import fitted

from senformer.core.shapes import BASES
from senformer.variants import score
from senformer.workflow.pages import contributions as module
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


def test_contributions__of_long_windows_without_a_gradient_there_are_none(tmp_path, monkeypatch):
    model = random_machine()
    monkeypatch.setattr(module, "LONGEST_ISM_BP", model.window_bp - 1)
    page = report_scores(score_variants(model, tmp_path, ["one"]), top=1)
    (item,) = map(_read, page.parent.glob("chr1*.json"))
    assert item["sequence"] is None
    assert f"a window of {model.window_bp} bp would take too long" in item["why_no_letters"]
    assert item["why_no_letters"] in next(page.parent.glob("chr1*.html")).read_text()


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
