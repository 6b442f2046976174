import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score
from tests.contracts.metric import toy_labels

from senformer.evaluate.sums import TrackSums
from senformer.evaluate.tables import ACCURACY, accuracy_table, by_assay, label_summary, summarize
from senformer.tracks.scaling import Scaling

TABLE = pd.DataFrame(
    {
        "assay": ["CAGE", "ATAC", "CAGE", "CAGE", ""],
        "n": [9, 9, 9, 0, 9],
        "pearson_r": [0.2, 0.5, 0.6, np.nan, np.nan],
        "pearson_r_log1p": [0.4, np.nan, 0.1, np.nan, np.nan],
    }
)


def test_summarize__means_over_the_tracks_that_have_one():
    found = summarize(TABLE)
    assert found.pop("pearson_mean") == pytest.approx((0.2 + 0.5 + 0.6) / 3)
    assert found.pop("pearson_log1p_mean") == pytest.approx((0.4 + 0.1) / 2)
    assert found == {"n_tracks": 5, "n_tracks_undefined": 2, "n_tracks_without_data": 1}


def test_by_assay__names_in_order_and_no_mean_where_nothing_is_defined():
    found = by_assay(TABLE)
    assert list(found) == ["ATAC", "CAGE", "unknown"]
    assert found["CAGE"]["pearson_mean"] == pytest.approx(0.4)
    assert found["CAGE"]["n_tracks"] == 3
    assert found["ATAC"]["pearson_log1p_mean"] is None
    assert found["unknown"]["pearson_mean"] is None


def test_accuracy_table__declared_columns(toy_dataset, tmp_path):
    sums = TrackSums([Scaling()] * 5)
    rng = np.random.default_rng(0)
    target = rng.gamma(1.0, 1.0, (7, 5)).astype(np.float32)
    target[:, 4] = np.nan
    target[:2, 1] = np.nan
    sums.add(rng.gamma(1.0, 1.0, (7, 5)).astype(np.float32), target)
    table = accuracy_table(sums, toy_dataset.tracks)
    ACCURACY.write(tmp_path / "tracks.parquet", table)
    back = ACCURACY.read(tmp_path / "tracks.parquet")
    assert back["n"].tolist() == [7, 5, 7, 7, 0]
    assert back["name"].tolist() == ["plus", "atac", "minus", "flat", "dark"]
    np.testing.assert_allclose(back["mean_target"][1], target[2:, 1].mean(), rtol=1e-6)
    assert np.isnan(back["pearson_r"][4])


def test_accuracy_table__keeps_the_order_of_the_tracks(toy_dataset):
    tracks = [dataclasses.replace(track, name=f"t{track.index}") for track in toy_dataset.tracks]
    assert accuracy_table(TrackSums([Scaling()] * 5), tracks)["index"].tolist() == [0, 1, 2, 3, 4]


def ranked_table(tracks, constant, label_tracks):
    """Return the table of toy labels, track 3 of which is constant, and what is known of track 1."""
    prediction, labels = toy_labels()
    labels[..., 3] = constant
    sums = TrackSums([Scaling()] * 5, label_tracks=label_tracks)
    for x, y in zip(prediction, labels, strict=True):
        sums.add(x, y)
    return accuracy_table(sums, tracks), prediction[..., 1].ravel(), labels[..., 1].ravel()


def test_accuracy_table__ranks_where_targets_are_labels(toy_dataset, tmp_path):
    table, x, y = ranked_table(toy_dataset.tracks, 0, range(5))
    known = ~np.isnan(y)
    assert table["auroc"][1] == pytest.approx(roc_auc_score(y[known], x[known]))
    assert table["auprc"][1] == pytest.approx(average_precision_score(y[known], x[known]))
    assert table["n_positive"][1] == y[known].sum()
    found = label_summary(table)
    assert found["n_tracks_auroc_undefined"] == 1
    assert found["auroc_mean"] == pytest.approx(table["auroc"].drop(3).mean())
    ACCURACY.write(tmp_path / "tracks.parquet", table)
    assert ACCURACY.read(tmp_path / "tracks.parquet")["auprc"][1] == table["auprc"][1]
    assert label_summary(accuracy_table(TrackSums([Scaling()] * 5), toy_dataset.tracks)) == {}


def test_plus__labels_and_none_do_not_add_up():
    with pytest.raises(ValueError, match="with labels and without"):
        TrackSums([Scaling()], label_tracks=(0,)) + TrackSums([Scaling()])


def test_accuracy_table__ranks_of_the_label_tracks_alone(toy_dataset, tmp_path):
    table, x, y = ranked_table(toy_dataset.tracks, 0.25, (1, 4))
    known = ~np.isnan(y)
    assert table["auroc"][1] == pytest.approx(roc_auc_score(y[known], x[known]))
    ACCURACY.write(tmp_path / "tracks.parquet", table)
    back = ACCURACY.read(tmp_path / "tracks.parquet")
    for found in (table["auroc"], back["n_positive"]):
        assert found.notna().tolist() == [False, True, False, False, True]
    assert label_summary(table)["n_tracks_auroc_undefined"] == 0


def test_by_assay__has_the_ranks_of_labels(toy_dataset):
    table, _, _ = ranked_table(toy_dataset.tracks, 0, (1,))
    found = by_assay(table)
    (labelled,) = (name for name, rows in found.items() if "auroc_mean" in rows)
    assert found[labelled]["auroc_mean"] == pytest.approx(table["auroc"][1])
    assert labelled == toy_dataset.tracks[1].assay
    assert by_assay(accuracy_table(TrackSums([Scaling()] * 5), toy_dataset.tracks)).keys() == found.keys()
