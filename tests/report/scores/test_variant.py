import pytest
from tests.report.scores.toy import write_table

from senformer.report.figures import FIGURES, Drawing
from senformer.report.scores.survey import survey
from senformer.report.scores.table import open_scores
from senformer.report.scores.variant import render_variant, score_rows, top_arrays

TRACK = {"track_index": 3, "track_name": "chip_ctcf", "assay": "CHIP", "strand": "."}


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    def tracks(top, row, tracks, genes):
        return Drawing("<svg/>", f"{top['ref'].shape} {list(tracks)} {genes}", "")

    monkeypatch.setitem(FIGURES, "variant_effect", tracks)
    monkeypatch.setitem(FIGURES, "allele_logos", lambda sequence: Drawing("<svg/>", "logos", ""))


@pytest.fixture
def item(tmp_path):
    table = open_scores(write_table(tmp_path / "s.parquet", percentiles=True))
    (rows,) = survey(table, ["rs3"], 0).named
    scores = score_rows(table, rows)
    facts = {name: values[0] for name, values in rows.facts.items()}
    drawn = [TRACK | {"ref": [1.0, 2.0], "alt": [1.0, 3.0]}]
    facts |= {"rank_scorer": "SAR", "scorers": table.scorers, "bin_bp": 32, "start": 960, "tracks": drawn}
    facts |= {"genes": [], "sequence": {"what": "it"}, "n_scores": 4, "scores": scores.to_dict("records")}
    return facts


def test_render_variant__scores_facts_and_remarks(item):
    page = render_variant(item)
    assert "Largest SAR: −0.412 on CHIP · chip_ctcf, larger than 71.00 % of random variants" in page
    assert "Mind: 64 bp padded with N; the genome has ALT; +2 bp off the center." in page
    assert "1,003 A &gt; C" in page
    assert page.index(">chip_ctcf</td>") < page.index(">dnase_a</td>") < page.index(">cage_a_plus</td>")
    assert 'alt="(1, 2, 1) [0] []"' in page
    assert 'alt="logos"' in page
    assert 'href="index.html"' in page


def test_render_variant__one_value_and_what_percentiles_are_among(item):
    one = item["tracks"][0] | {"ref": [1.0], "alt": [3.0]}
    page = render_variant(item | {"tracks": [one], "background": {"low": 90, "high": 110}})
    assert "The model predicts one value for 32 bp." in page
    assert "among 200 random variants in 2 classes" in page


def test_render_variant__without_bins_there_is_no_logo(item):
    page = render_variant(item | {"sequence": None, "why_no_letters": "None is read.", "scores": []})
    assert "None is read." in page
    assert "It has no SAR." in page


def test_score_rows__one_a_track_and_gene(tmp_path):
    table = open_scores(write_table(tmp_path / "s.parquet", genes=True))
    (rows,) = survey(table, ["rs4"], 0).named
    found = score_rows(table, rows)
    assert len(found) == 8
    assert found["gene_name"].tolist()[0] == "name4"
    assert found["SAD"].tolist()[0] == pytest.approx(2 * 43 / 8)


def test_top_arrays__a_variant_bin_and_track_axis(item):
    arrays = top_arrays(item)
    assert arrays["alt"].tolist() == [[[1.0], [3.0]]]
    assert (arrays["key"], arrays["bin_bp"]) == (["chr1:1030:A>C"], 32)
