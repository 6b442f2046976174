import json

import pandas as pd
import pytest

from senformer.core.errors import DataError, MissingInputError, OutputError, UsageError
from senformer.report.figures import FIGURES, Drawing
from senformer.report.scores.overview import render_overview
from senformer.report.scores.variant import render_variant
from senformer.workflow.pages.write import report_scores


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    for name in ("effect_plane", "variant_effect", "allele_logos"):
        monkeypatch.setitem(FIGURES, name, lambda *given, _name=name, **more: Drawing("<svg/>", _name, ""))


def test_report_scores__pages_can_be_drawn_again_from_what_stands_beside_them(score_toy):
    page = report_scores(score_toy(), top=1, variants=["chrA:30"])
    folder = page.parent
    assert folder.name == "scores.parquet.pages"
    names = sorted(path.stem for path in folder.glob("chrA*.html"))
    assert names == ["chrA_30_C_A", "chrA_30_C_G"]  # both alleles at base 30; one is the largest, too
    for name in names:
        item = json.loads((folder / f"{name}.json").read_text())
        assert (folder / f"{name}.html").read_text() == render_variant(item)
        scores = pd.read_parquet(folder / f"{name}.scores.parquet")
        assert scores["SAR"].abs().is_monotonic_decreasing
        assert f'href="{name}.html"' in page.read_text()
    overview = json.loads((folder / "overview.json").read_text())
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in ("tracks", "cells")]
    assert page.read_text() == render_overview(overview, *tables)
    assert tables[0]["n_scored"].tolist() == [6, 6, 6]
    assert tables[1]["n"].sum() == 18
    assert json.loads((folder / "run.json").read_text())["command"] == "report"


@pytest.mark.parametrize("options", [{"layout": "wide"}, {"name": "s.tsv.gz"}])
def test_report_scores__other_tables_give_the_same_numbers(score_toy, options):
    first = json.loads((report_scores(score_toy(), top=1).parent / "overview.json").read_text())
    other = report_scores(score_toy(**({"name": "o.parquet"} | options)), top=1).parent
    found = json.loads((other / "overview.json").read_text())
    for one, same in zip(first["top"], found["top"], strict=True):
        assert one["key"] == same["key"]
        assert one["values"] == pytest.approx(same["values"], rel=1e-5)
    assert [item["page"] for item in first["top"]] == [item["page"] for item in found["top"]]


def test_report_scores__its_own_folder_is_written_anew_and_no_other(score_toy, tmp_path):
    path = score_toy()
    report_scores(path, top=2)
    page = report_scores(path, top=0)
    assert list(page.parent.glob("chrA*")) == []
    with pytest.raises(OutputError, match="the output folder exists"):
        report_scores(path, page.parent)
    mine = tmp_path / "o.parquet.pages"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    with pytest.raises(OutputError):
        report_scores(score_toy("o.parquet"), top=0)


def test_report_scores__faults_leave_nothing(score_toy, tmp_path):
    path = score_toy()
    (tmp_path / "run").rename(tmp_path / "elsewhere")
    for fault, error in (
        ({"top": 1}, MissingInputError),
        ({"top": 0, "variants": ["rs1"]}, DataError),
        ({"top": -1}, UsageError),
    ):
        with pytest.raises(error):
            report_scores(path, **fault)
    assert not (tmp_path / "scores.parquet.pages").exists()
    # Without pages of single variants no model is needed.
    assert report_scores(path, top=0).is_file()


def test_report_scores__starts_of_genes_on_the_genomes_names(score_toy, tmp_path):
    gtf = tmp_path / "genes.gtf"
    line = 't\ttranscript\t30\t38\t.\t-\t.\tgene_id "G"; gene_name "NAME"; transcript_id "T";\n'
    gtf.write_text(f"chrA\t{line}")
    page = report_scores(score_toy(), top=0, variants=["rs33"], genes=gtf)
    (item,) = page.parent.glob("chrA*.json")
    assert json.loads(item.read_text())["genes"] == [{"name": "NAME", "strand": "-", "start": 37}]
    gtf.write_text(f"chrZ\t{line}")
    with pytest.raises(DataError, match=r"none of its chromosomes \(chrZ\) is in the genome"):
        report_scores(tmp_path / "scores.parquet", top=1, genes=gtf)


@pytest.mark.slow
def test_report_scores__from_a_trained_model_to_pages(short_demo, tmp_path, monkeypatch):
    monkeypatch.undo()
    scores = short_demo / "run" / "scores.parquet"
    page = report_scores(scores, tmp_path / "pages", top=1)
    (name,) = (path.stem for path in page.parent.glob("chr*.html"))
    text = (page.parent / f"{name}.html").read_text()
    assert text.count("data:image/svg+xml") == 2
    assert "http" not in text.replace("http://www.w3.org", "").replace("http-equiv", "")
    assert f'href="run/scores.parquet.pages/{name}.html"' in (short_demo / "report.html").read_text()
