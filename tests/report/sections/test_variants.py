from dataclasses import replace

import pandas as pd
import pytest
from tests.report.toy import write, write_scores

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


def test_variants_section__links_to_the_pages_of_the_table(tmp_path, monkeypatch):
    monkeypatch.setitem(FIGURES, "effect_plane", lambda *given: Drawing("<svg/>", f"of {given[1]}", ""))
    path = write_scores(tmp_path / "scores.parquet")
    folder = tmp_path / "scores.parquet.pages"
    folder.mkdir()
    listed = [{"key": "chr8:1:A>C", "page": "chr8_1_A_C"}, {"key": "chr8:9:A>C", "page": None}]
    scores = read_scores(path)
    overview = {"top": listed, "points": [], "scores": scores.record["scores"], "rank_scorer": "SAR"}
    overview |= {"against": "nothing", "run": {"started": scores.record["started"]}}
    write(folder / "overview.json", overview)
    pd.DataFrame({"n": [1]}).to_parquet(folder / "cells.parquet")
    made = variants_section(read_scores(path), FigureCounter(), tmp_path / "run")
    assert '<a href="../scores.parquet.pages/chr8_1_A_C.html">chr8:1:A&gt;C</a>' in made
    assert "chr8_9" not in made
    assert 'alt="of nothing"' in made
    # Scores that were made again have no pages yet.
    write(folder / "overview.json", overview | {"run": {"started": "earlier"}})
    assert "scores.parquet.pages" not in variants_section(read_scores(path), FigureCounter(), tmp_path)
