from dataclasses import replace

import pytest
from tests.report.toy import write_scores

from senformer.report.figures import FIGURES, Drawing
from senformer.report.inputs import read_scores
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.variants import N_DRAWN, variants_section


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    monkeypatch.setitem(FIGURES, "variant_effect", lambda top, row: Drawing("<svg/>", f"row {row}", ""))


def test_variants_section__table_and_figures(tmp_path):
    counter = FigureCounter()
    scores = read_scores(write_scores(tmp_path / "scores.parquet", variant_id="rs7"))
    made = variants_section(scores, counter)
    assert "7 records with 8 alleles were read, 5 scored, skipped: 1 ref_mismatch, 2 symbolic." in made
    assert "The windows of 1 reach beyond a chromosome end" in made
    assert counter.n_figures == N_DRAWN
    assert made.count("chr8:") >= 5
    assert '<td class="t">rs7</td>' in made


def test_variants_section__small_effects_keep_their_digits(tmp_path):
    scores = read_scores(write_scores(tmp_path / "scores.parquet"))
    rows = scores.rows.assign(SAR=-1e-4)
    made = variants_section(replace(scores, rows=rows), FigureCounter())
    assert "−0.000100" in made
    assert "-0.000" not in made


def test_variants_section__one_scorer_alone(tmp_path):
    scores = read_scores(write_scores(tmp_path / "scores.parquet"))
    made = variants_section(replace(scores, rows=scores.rows.drop(columns="SAR")), FigureCounter())
    assert ">SAD</th>" in made
    assert ">SAR</th>" not in made


def test_variants_section__none():
    assert "No variant scores were given" in variants_section(None, FigureCounter())
