from dataclasses import replace

import pytest
from tests.report.toy import TRACKS, write_evaluation

from senformer.report.figures import FIGURES, Drawing
from senformer.report.inputs import read_evaluation
from senformer.report.sections.accuracy import MOST_ROWS, accuracy_section
from senformer.report.sections.counter import FigureCounter


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    monkeypatch.setitem(FIGURES, "track_accuracy", lambda *_: Drawing("<svg/>", "stub", ""))


def test_accuracy_section__all_tracks(tmp_path):
    made = accuracy_section(read_evaluation(write_evaluation(tmp_path / "e")), FigureCounter())
    assert "37 windows of the test split, 3,330 bins." in made
    assert "All 4 tracks" in made
    assert made.count("cage_a_") == 2


def test_accuracy_section__many_tracks_say_where_the_rest_is(tmp_path):
    tracks = [{**TRACKS[index % 4], "name": f"t{index}"} for index in range(MOST_ROWS + 3)]
    made = accuracy_section(read_evaluation(write_evaluation(tmp_path / "e", tracks)), FigureCounter())
    assert f"The first {MOST_ROWS} of {MOST_ROWS + 3} tracks" in made


def test_accuracy_section__warning_and_undefined_tracks(tmp_path):
    found = read_evaluation(write_evaluation(tmp_path / "e"))
    metrics = {**found.metrics, "note": "Not held out.", "n_tracks_undefined": 2}
    made = accuracy_section(replace(found, metrics=metrics), FigureCounter())
    assert "<strong>Mind: </strong>Not held out." in made
    assert "The mean Pearson r over the 2 of 4 tracks that have one is 0.701 on" in made
    assert "2 tracks have no correlation: no data" in made


def test_accuracy_section__every_track_has_a_correlation(tmp_path):
    made = accuracy_section(read_evaluation(write_evaluation(tmp_path / "e")), FigureCounter())
    assert "The mean Pearson r over 4 tracks is 0.701 on" in made
    assert "no correlation:" not in made


def test_accuracy_section__no_track_has_a_correlation(tmp_path):
    found = read_evaluation(write_evaluation(tmp_path / "e"))
    metrics = {**found.metrics, "n_tracks_undefined": 4, "pearson_mean": None}
    made = accuracy_section(replace(found, metrics=metrics), FigureCounter())
    assert "The mean Pearson r" not in made
    assert "4 tracks have no correlation" in made


def test_accuracy_section__means_that_there_are_not_are_a_dash(tmp_path):
    found = read_evaluation(write_evaluation(tmp_path / "e"))
    tracks = found.tracks.assign(mean_target=float("nan"), mean_prediction=float("nan"))
    made = accuracy_section(replace(found, tracks=tracks), FigureCounter())
    assert "nan" not in made
    assert made.count('<td class="n">–</td>') == 2 * 4


def test_accuracy_section__what_else_was_measured_by_assay(tmp_path):
    found = read_evaluation(write_evaluation(tmp_path / "e"))
    assert "Spearman" not in accuracy_section(found, FigureCounter())
    more = {"spearman_mean": 0.5125, "pearson_ci95": [0.6504, 0.7426], "jsd_mean": None}
    assays = {assay: {**row, **more} for assay, row in found.metrics["by_assay"].items()}
    metrics = {**found.metrics, **more, "by_assay": assays}
    made = accuracy_section(replace(found, metrics=metrics), FigureCounter())
    assert made.count("0.650 to 0.743") == len(assays) + 1
    assert "mean Spearman rho" in made
    assert "JS distance" not in made
    assert "over other windows of this genome" in made


def test_accuracy_section__none():
    assert "No evaluation was given" in accuracy_section(None, FigureCounter())
