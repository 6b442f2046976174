import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from tests.report.toy import EVIL, TRACKS, write, write_drift, write_evaluation, write_run, write_scores

from senformer.core.errors import MissingInputError
from senformer.report import write_report
from senformer.report.figures import FIGURES, Drawing

VOID = {"meta", "img", "br", "link"}
EXTRA = {
    "test": {"ceiling_mean": 0.912},
    "variants": {"auroc_planted": 0.953, "n_break": 30, "n_control": 33},
}


class Page(HTMLParser):
    """Checks that elements close in order, and gathers what a page holds."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.images, self.links, self.tags, self.text = [], [], [], [], set(), []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        assert not [name for name in values if name.startswith("on")]
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "img":
            self.images.append(values)
        self.links += [values[name] for name in ("href", "src") if name in values]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def stubs(monkeypatch):
    """Figures that cost nothing; they have tests of their own."""
    for name in FIGURES:
        drawing = Drawing("<svg/>", f"{name} {EVIL} that is described at some length", EVIL)
        monkeypatch.setitem(FIGURES, name, lambda *_, drawing=drawing: drawing)


@pytest.fixture
def folders(tmp_path):
    return {
        "run": write_run(tmp_path / "run"),
        "evaluation": write_evaluation(tmp_path / "evaluation"),
        "scores": write_scores(tmp_path / "scores.parquet"),
    }


def render(folders, out, **options):
    run = folders.pop("run")
    write_report(run, out, **folders, **options)
    folders["run"] = run
    return out.read_text(encoding="utf-8")


def test_write_report__whole_page_is_well_formed(stubs, folders, tmp_path):
    page = Page(render(folders, tmp_path / "report.html", extra=EXTRA))
    assert page.ids == ["training", "accuracy", "loci", "variants", "run"]
    assert [link[1:] for link in page.links if link.startswith("#")] == page.ids
    text = " ".join(page.text)
    for expected in ("0.701", "0.912", "0.953", "5", "1.23 M", "senformer train runs/toy", "2 symbolic"):
        assert expected in text


def test_write_report__every_figure_has_a_description(stubs, folders, tmp_path):
    page = Page(render(folders, tmp_path / "report.html"))
    assert len(page.images) == 3 + 4
    for image in page.images:
        assert len(image["alt"]) > 40


def test_write_report__nothing_is_fetched(stubs, folders, tmp_path):
    text = render(folders, tmp_path / "report.html")
    page = Page(text)
    assert all(link.startswith(("#", "data:image/svg+xml;base64,")) for link in page.links)
    assert not re.search(r"""(src|href|url|@import)\s*[=(]?\s*["']?\s*(https?:)?//""", text)
    assert "default-src &#x27;none&#x27;" in text


def test_write_report__runs_its_own_script_alone(stubs, folders, tmp_path):
    text = render(folders, tmp_path / "report.html")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#x27;sha256-{digest}&#x27;" in text
    assert "onclick" not in text


def test_write_report__drift_where_it_was_measured(stubs, folders, tmp_path):
    drifts = {name: write_drift(tmp_path / name) for name in ("before", "after")}
    page = Page(render(folders, tmp_path / "report.html", drifts=drifts))
    assert page.ids == ["training", "accuracy", "drift", "loci", "variants", "run"]
    assert [link[1:] for link in page.links if link.startswith("#")] == page.ids
    assert "models/dense/model.safetensors" in " ".join(page.text)


def test_write_report__missing_inputs_are_said_in_a_sentence(stubs, tmp_path):
    run = write_run(tmp_path / "run", is_done=False)
    write_report(run, tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text())
    text = " ".join(page.text)
    assert "No evaluation was given" in text
    assert "No variant scores were given" in text
    assert "not finished" in text
    assert len(page.images) == 1


def test_write_report__run_without_a_step(tmp_path):
    run = write_run(tmp_path / "run", is_done=False)
    (run / "metrics.jsonl").unlink()
    write_report(run, tmp_path / "report.html")
    assert "No training step has been recorded yet" in (tmp_path / "report.html").read_text()


@pytest.mark.slow
def test_write_report__windows_seen_in_training_are_not_called_held_out(folders, tmp_path):
    path = folders["evaluation"] / "metrics.json"
    write(path, {**json.loads(path.read_text()), "overlaps_training": True, "note": "Not new."})
    text = " ".join(Page(render(folders, tmp_path / "report.html")).text).lower()
    assert "held-out" not in text
    assert "training never looked" not in text
    assert "accuracy on windows that overlap the training sequence" in text


def test_write_report__text_of_the_data_stays_text(stubs, tmp_path):
    tracks = [{**track, "name": f"{EVIL}{index}$x_", "assay": EVIL} for index, track in enumerate(TRACKS)]
    run = write_run(tmp_path / "<b>run", tracks)
    evaluation = write_evaluation(tmp_path / "evaluation", tracks)
    scores = write_scores(tmp_path / "scores.tsv.parquet", tracks, variant_id=EVIL)
    write_report(run, tmp_path / "report.html", evaluation=evaluation, scores=scores)
    text = (tmp_path / "report.html").read_text()
    assert Page(text).ids
    assert EVIL not in text
    assert text.count("<script") == 1
    assert "&lt;script&gt;" in text


def test_write_report__same_files_same_bytes(stubs, folders, tmp_path):
    first = render(folders, tmp_path / "a.html", extra=EXTRA)
    assert render(folders, tmp_path / "b.html", extra=EXTRA) == first


@pytest.mark.slow
def test_write_report__with_real_figures(tmp_path):
    tracks = [{**track, "name": f"{EVIL}{index}$x_", "assay": EVIL} for index, track in enumerate(TRACKS)]
    folders = {
        "run": write_run(tmp_path / "run", tracks),
        "evaluation": write_evaluation(tmp_path / "evaluation", tracks),
        "scores": write_scores(tmp_path / "scores.parquet", tracks, variant_id=EVIL),
    }
    before = dict(mpl.rcParams)
    text = render(folders, tmp_path / "report.html", extra=EXTRA)
    assert dict(mpl.rcParams) == before
    page = Page(text)
    assert len(page.images) == 3 + 4
    for image in page.images:
        svg = base64.b64decode(image["src"].partition(",")[2]).decode()
        assert "<script" not in svg
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert len(image["alt"]) > 40
    assert render(folders, tmp_path / "again.html", extra=EXTRA) == text


def test_write_report__missing_input_writes_nothing(folders, tmp_path):
    folders["evaluation"] = tmp_path / "nowhere"
    with pytest.raises(MissingInputError, match=r"nowhere/metrics\.json: no such file"):
        render(folders, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()
