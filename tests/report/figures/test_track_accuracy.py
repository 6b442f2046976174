import numpy as np
import pandas as pd

from senformer.report.figures.track_accuracy import MOST_NAMED_TRACKS, track_accuracy


def table(n_tracks):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "name": [f"t{index}" for index in range(n_tracks)],
            "assay": [["CAGE", "DNASE", ""][index % 3] for index in range(n_tracks)],
            "pearson_r": rng.uniform(0, 1, n_tracks),
            "pearson_r_log1p": rng.uniform(0, 1, n_tracks),
        }
    )


def test_track_accuracy__few_tracks_have_a_row_each():
    drawing = track_accuracy(table(5), "held-out windows")
    assert "a row is a track" in drawing.caption
    assert drawing.alt.startswith("Mean Pearson r by assay: unknown ")


def test_track_accuracy__many_tracks_have_a_row_an_assay():
    drawing = track_accuracy(table(MOST_NAMED_TRACKS + 1), "held-out windows")
    assert "the median of its assay" in drawing.caption
    assert drawing.svg == track_accuracy(table(MOST_NAMED_TRACKS + 1), "held-out windows").svg


def test_track_accuracy__undefined_tracks_are_left_out():
    few = table(4)
    few.loc[1, ["pearson_r", "pearson_r_log1p"]] = np.nan
    assert "<svg" in track_accuracy(few, "held-out windows").svg
    many = table(40).assign(pearson_r=np.nan)
    assert "<svg" in track_accuracy(many, "held-out windows").svg


def test_track_accuracy__windows_are_called_what_they_are():
    caption = track_accuracy(table(2), "windows that overlap the training sequence").caption
    assert caption.startswith(
        "How well each track is predicted on windows that overlap the training sequence: a row"
    )
