import pandas as pd
import pytest
from tests.report.toy import TRACKS, write_evaluation

from senformer.report.figures import FIGURES, Drawing
from senformer.report.inputs import read_evaluation
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.loci import loci_section, typical_tracks


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    monkeypatch.setitem(FIGURES, "loci", lambda *_: Drawing("<svg/>", "stub", ""))


def test_loci_section__says_which_tracks(tmp_path):
    made = loci_section(read_evaluation(write_evaluation(tmp_path / "few")), FigureCounter())
    assert "All tracks are shown." in made
    tracks = [{**TRACKS[index % 4], "name": f"t{index}"} for index in range(13)]
    made = loci_section(read_evaluation(write_evaluation(tmp_path / "many", tracks)), FigureCounter())
    assert "8 of 13 tracks are shown" in made


def test_loci_section__none():
    assert "nothing to compare" in loci_section(None, FigureCounter())


def test_typical_tracks__nearest_the_median_of_each_assay():
    table = pd.DataFrame(
        {
            "index": range(7),
            "assay": ["A", "A", "A", "B", "B", "B", "C"],
            "pearson_r": [0.1, 0.5, 0.9, 0.8, 0.2, 0.3, float("nan")],
        }
    )
    # medians: A 0.5 (track 1), B 0.3 (track 5); C has none
    assert typical_tracks(table, 3) == [1, 5, 6]
    assert typical_tracks(table, 99) == list(range(7))
