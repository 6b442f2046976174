import json

import numpy as np
import pytest
from tests.report.scores.toy import scored_variants, write_table
from tests.report.toy import TRACKS

from senformer.core.commit import write_json
from senformer.report.figures import FIGURES, Drawing
from senformer.report.scores.overview import column_title, describe_overview, render_overview, show_value
from senformer.report.scores.survey import survey
from senformer.report.scores.table import open_scores


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    monkeypatch.setitem(FIGURES, "effect_plane", lambda *given: Drawing("<svg/>", f"against {given[1]}", ""))


def made(tmp_path, **kinds):
    table = open_scores(write_table(tmp_path / "s.parquet", **kinds))
    found = survey(table, ["rs2"], 100)
    overview = describe_overview(table, found, {"chr1:1060:A>C": "page6", "chr1:1020:A>AGG": "page2"})
    write_json(tmp_path / "overview.json", overview)
    overview = json.loads((tmp_path / "overview.json").read_text())
    return overview, render_overview(overview, found.tally.by_track(table.tracks), found.tally.cells())


def test_describe_overview__the_largest_with_all_that_was_scored(tmp_path):
    overview, _ = made(tmp_path, percentiles=True)
    first, second = overview["top"][:2]
    truth = scored_variants(percentiles=True)[6]
    assert (first["key"], first["track"], first["page"]) == ("chr1:1060:A>C", "chip_ctcf", "page6")
    assert first["values"]["SAD"] == pytest.approx(truth.values[0, 3])
    assert first["values"]["SAR_percentile"] == 92
    assert (second["values"]["SAD"] < 0, second["page"]) == (True, None)
    assert len(overview["top"]) == 7
    assert overview["points"][0]["effect"] == pytest.approx(truth.values[1, 3])
    assert overview["points"][0]["height"] == pytest.approx(-np.log10(0.08), rel=1e-5)


def test_render_overview__tables_links_and_outcomes(tmp_path):
    _, page = made(tmp_path)
    assert '<a href="page6.html">chr1:1060:A&gt;C</a>' in page
    assert "Variants that were asked for" in page
    assert '<a href="page2.html">chr1:1020:A&gt;AGG</a>' in page
    assert 'alt="against reference"' in page
    assert all(track["name"] in page for track in TRACKS)
    row = '<td class="t">{}</td><td class="n">{}</td>'
    assert row.format("scored", 7) in page
    assert row.format("skipped: symbolic", 2) in page
    assert row.format("all", 9) in page
    assert "64 bp padded with N; the genome has ALT" in page
    assert page.count("<script") == 1


def test_render_overview__rows_of_genes(tmp_path):
    overview, page = made(tmp_path, genes=True)
    assert overview["rank_scorer"] == "SAD"
    assert (overview["top"][0]["gene"], overview["against"]) == ("name6", "nothing")
    assert ">name6</td>" in page


def test_describe_overview__a_score_of_genes_is_that_of_its_largest_gene(tmp_path):
    table = open_scores(write_table(tmp_path / "s.parquet", genes=True))
    found = survey(table, [], 100)
    for rows in found.top:
        # As `score` leaves them: the row of a gene has no SAD, that of the variant no SAR@tss.
        rows.values["SAD"][1:] = np.nan
        rows.values["SAR@tss"][:1] = np.nan
    first = describe_overview(table, found, {})["top"][0]
    truth = scored_variants(genes=True)
    assert (first["key"], first["gene"], first["track"]) == ("chr1:1060:A>C", "name6", "chip_ctcf")
    assert first["values"]["SAD"] == pytest.approx(truth[12].values[0, 3])
    assert first["values"]["SAR@tss"] == pytest.approx(truth[13].values[1, 3])


def test_show_value__by_what_it_is():
    assert show_value("SAR", -0.000123456) == "−0.000123"
    assert show_value("SAR_percentile", 99.987) == "99.99"
    assert show_value("SAR_sd", 0.0123456) == "0.0123"
    assert show_value("SAR", None) == "–"
    assert column_title("SAR@501_percentile") == "SAR@501 percentile"
    assert column_title("SAD_sd") == "SAD (sd)"
