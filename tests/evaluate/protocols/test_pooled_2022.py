import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from tests.oracles.pooled_2022 import pooled

from senformer.core.errors import ConfigError
from senformer.evaluate import evaluate
from senformer.evaluate.protocols import PROTOCOLS
from senformer.evaluate.protocols.pooled_2022 import NOTE, WINDOWS_2022, Pooled2022, group_of
from senformer.tracks.track import Track


def track(index, assay, description=""):
    return Track(index, f"t{index}", Path("x.bw"), assay=assay, description=description)


TRACKS = [
    track(0, "CHIP", "CHIP:H3K27ac:liver"),
    track(1, "DNASE", "DNASE:liver"),
    track(2, "CHIP", "CHIP:CTCF:liver"),
    track(3, "ATAC", "ATAC:liver"),
    track(4, "CAGE", "CAGE:liver"),
    track(5, "CHIP", "CHIP:H2AFZ:liver"),
    track(6, "ChIP-exo", "HAP5"),
]
GROUPS = {"CAGE": [4], "ChIP-exo": [6], "DNase & ATAC": [1, 3], "Histone ChIP": [0], "TF ChIP": [2, 5]}


def windows(n=5):
    rng = np.random.default_rng(2)
    targets = [rng.gamma(0.4, 3, (11, 7)).astype(np.float32) for _ in range(n)]
    predictions = [(target + rng.normal(size=target.shape)).astype(np.float32) for target in targets]
    for target in targets[:2]:
        target[3:5, 1] = np.nan
    return predictions, targets


def filled(pairs):
    found = Pooled2022(TRACKS)
    for prediction, target in pairs:
        found.add(prediction, target)
    return found


def test_pooled_2022__groups_of_the_report():
    assert {name: columns.tolist() for name, columns in Pooled2022(TRACKS).groups.items()} == GROUPS
    assert group_of(track(0, "")) == "unknown"
    assert group_of(track(0, "CHIP", "a sample")) == "CHIP"


def test_pooled_2022__equals_scipy_on_everything_at_once():
    predictions, targets = windows()
    found = filled(zip(predictions, targets, strict=True))
    summary = found.summary()
    assert summary["note"] == NOTE
    for place, (name, columns) in enumerate(GROUPS.items()):
        own, whole = pooled(predictions, targets, columns)
        np.testing.assert_allclose(found.window_r[:, place], own, atol=1e-12)
        group = summary["groups"][name]
        assert group["pearson_pooled"] == pytest.approx(whole, abs=1e-12)
        assert group["pearson_window_mean"] == pytest.approx(np.mean(own), abs=1e-12)
        assert group["pearson_window_median"] == pytest.approx(np.median(own), abs=1e-12)
        assert (group["n_tracks"], group["n_windows_undefined"]) == (len(columns), 0)
    assert found.window_n[:, 2].tolist() == [20, 20, 22, 22, 22]


@pytest.mark.parametrize("cut", [0, 1, 3, 5])
def test_pooled_2022__parts_add_up(cut):
    pairs = list(zip(*windows(), strict=True))
    one, other = filled(pairs[:cut]), filled(pairs[cut:])
    total = Pooled2022.from_state(one.state, TRACKS) + Pooled2022.from_state(other.state, TRACKS)
    whole = filled(pairs)
    np.testing.assert_array_equal(total.window_r, whole.window_r)
    np.testing.assert_allclose(total.total.result(), whole.total.result(), atol=1e-12)


def test_pooled_2022__a_constant_window_has_no_score():
    found = filled([(np.ones((4, 7), np.float32), np.full((4, 7), np.nan, np.float32))])
    assert found.summary()["groups"]["CAGE"] == {
        "n_tracks": 1,
        "pearson_pooled": None,
        "pearson_window_mean": None,
        "pearson_window_median": None,
        "n_windows_undefined": 1,
    }


def test_pooled_2022__knowing_which_track_is_strong_looks_like_accuracy():
    """The defect: a model that predicts each track's mean everywhere scores high, and has no skill at all."""
    rng = np.random.default_rng(3)
    strength = np.array([0.5, 5.0, 50.0])
    target = (strength * rng.gamma(4.0, 0.25, (400, 3))).astype(np.float32)
    prediction = (strength * rng.normal(1, 0.01, target.shape)).astype(np.float32)
    found = Pooled2022([track(index, "CAGE") for index in range(3)])
    found.add(prediction, target)
    per_track = [scipy.stats.pearsonr(*pair).statistic for pair in zip(prediction.T, target.T, strict=True)]
    assert abs(np.mean(per_track)) < 0.1
    assert found.summary()["groups"]["CAGE"]["pearson_pooled"] > 0.8


def test_pooled_2022__table_of_windows(tmp_path):
    found = filled(zip(*windows(2), strict=True))
    places = pd.DataFrame({"chrom": ["a", "b"], "start": [0, 5], "end": [9, 14]})
    table = found.table(places)
    WINDOWS_2022.write(tmp_path / "x.parquet", table)
    assert table["group"].tolist() == list(GROUPS) * 2
    assert table["chrom"].tolist() == ["a"] * 5 + ["b"] * 5
    np.testing.assert_array_equal(table["pearson_r"][5:], found.window_r[1])


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("genome", "sizes"),
    [
        ("human", {"CAGE": 638, "DNase & ATAC": 684, "Histone ChIP": 1860, "TF ChIP": 2131}),
        ("mouse", {"CAGE": 357, "DNase & ATAC": 228, "Histone ChIP": 750, "TF ChIP": 308}),
    ],
)
def test_group_of__sizes_that_the_report_states(shared_data, genome, sizes):
    with open(shared_data / "targets_splits" / f"basenji2_targets_{genome}.txt") as lines:
        texts = [row["description"] for row in csv.DictReader(lines, delimiter="\t")]
    assert Counter(group_of(track(0, text.split(":")[0], text)) for text in texts) == sizes


def test_protocols__by_name():
    assert PROTOCOLS["pooled_2022"] is Pooled2022


@pytest.mark.slow
def test_evaluate__writes_the_protocol_and_survives_a_cut(toy_run, toy_dataset, tmp_path, monkeypatch):
    how = {"device": "cpu", "protocols": ("pooled_2022", "pooled_2022")}
    found = evaluate(toy_run, toy_dataset, tmp_path / "whole", **how)["pooled_2022"]
    monkeypatch.setattr("senformer.evaluate.count._PART_WINDOWS", 4)
    cut = evaluate(toy_run, toy_dataset, tmp_path / "cut", **how)["pooled_2022"]
    assert cut["note"] == NOTE
    table = WINDOWS_2022.read(tmp_path / "cut" / "pooled_2022.parquet")
    assert list(found["groups"]) == ["CAGE", "DNase & ATAC", "unknown"]
    assert found["groups"].pop("unknown")["pearson_pooled"] is None
    for name, group in found["groups"].items():
        assert group["pearson_pooled"] == pytest.approx(cut["groups"][name]["pearson_pooled"], abs=1e-9)
        mine = table[table["group"] == name]
        assert len(mine) == 15
        assert mine["pearson_r"].mean() == pytest.approx(group["pearson_window_mean"], abs=1e-6)
    assert table["start"][0] == 4
    text = pd.read_csv(tmp_path / "cut" / "pooled_2022.tsv", sep="\t")
    pd.testing.assert_frame_equal(text, table, check_dtype=False)


def test_evaluate__a_protocol_that_is_not_there(toy_run, toy_dataset, tmp_path):
    with pytest.raises(ConfigError, match=r"no protocol is called 'pooled_2021'. Did you mean 'pooled_2022'"):
        evaluate(toy_run, toy_dataset, tmp_path / "out", protocols=("pooled_2021",))
    assert not (tmp_path / "out").exists()
