from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.experiments.genes import by_distance, gene_predictions, read_genes

from senformer.tracks.track import Track


def world(n=400, seed=0):
    """Return genes of two codes whose counts follow an enhancer's weight; a third have none."""
    rng = np.random.default_rng(seed)
    distance = np.where(rng.random(n) < 1 / 3, np.nan, np.exp(rng.uniform(np.log(20e3), np.log(600e3), n)))
    code = rng.choice(["a", "shared"], n)
    boost = np.where(np.isnan(distance), 1, 1 + 4 * (np.nan_to_num(distance, nan=20e3) / 20e3) ** -0.25)
    expected = np.where(code == "a", 46.0, 39.0) * boost
    in_window = distance < 100e3
    frame = {"code": code, "distance_bp": distance, "expected": expected, "in_window": in_window}
    return pd.DataFrame(frame)


def test_by_distance__a_perfect_model_predicts_all():
    rows = by_distance(world().assign(predicted=lambda f: f["expected"]))
    assert [row["from_bp"] for row in rows] == [20_000, 40_000, 80_000, 160_000, 320_000, 20_000]
    assert sum(row["n"] for row in rows[:-1]) == rows[-1]["n"] > 200
    for row in rows:
        assert row["share"] == pytest.approx(1)
        assert row["pearson_r"] == pytest.approx(1)
    # 1 + 4 at 20 kb: the effect falls with distance.
    assert np.log(5) > rows[0]["effect"] > rows[4]["effect"] > np.log(2.5)


def test_by_distance__a_model_that_knows_the_codes_alone_predicts_nothing():
    found = world()
    rows = by_distance(found.assign(predicted=np.where(found["code"] == "a", 150.0, 120.0)))
    assert [row["share"] for row in rows] == pytest.approx([0] * 6, abs=1e-9)


def test_by_distance__a_short_window_sees_near_enhancers_alone():
    found = world()
    blind = np.where(found["code"] == "a", 46.0, 39.0)
    rows = by_distance(found.assign(predicted=np.where(found["in_window"], found["expected"], blind)))
    assert rows[0]["share"] == pytest.approx(1)
    assert rows[0]["share_out"] is None
    assert rows[2]["share_in"] == pytest.approx(1)
    assert rows[2]["share_out"] == pytest.approx(0, abs=1e-9)
    assert 0 < rows[2]["share"] < 1
    assert (rows[4]["share_in"], rows[4]["in_window"]) == (None, 0)


class FakeModel:
    window_bp, crop_bins = 2048, 4


class FakeDataset:
    bin_bp, organism = 128, "toy"
    names = [f"cage_{cell}_{strand}" for cell in "ab" for strand in ("plus", "minus")]
    # What is stored is half of what was counted.
    tracks = [Track(i, name, Path("x.bw"), "CAGE", strand_pair=i, scale=0.5) for i, name in enumerate(names)]

    def sequence(self, chrom, start, end):
        return np.arange(start // 128, end // 128)

    def targets(self, chrom, first, last):
        # Bin 100 of track t counts 100 + 1000 t.
        return (np.arange(first, last)[:, None] + 1000.0 * np.arange(4)) / 2


class FakePredictor:
    def __init__(self, model, batch_size):
        pass

    def predict(self, codes, head):
        return codes[:, 4:-4, None] + 1000.0 * np.arange(4)


def test_gene_predictions__counts_of_its_strand_and_cell_around_its_start(monkeypatch):
    monkeypatch.setattr("benchmarks.experiments.genes.load_run_model", lambda run: FakeModel)
    monkeypatch.setattr("benchmarks.experiments.genes.Predictor", FakePredictor)
    windows = pd.DataFrame({"chrom": "chr1", "start": [0, 1024], "end": [2048, 3072]})
    monkeypatch.setattr("benchmarks.experiments.genes.eval_windows", lambda *given: windows)
    # The last two lie 256 bp apart, two bins, on the strand that is not x's.
    genes = pd.DataFrame(
        {
            "name": ["x", "edge", "y", "crowd", "crowded"],
            "chrom": "chr1",
            "position": [900, 1500, 2000, 800, 1056],
            "strand": ["-", "+", "+", "+", "+"],
            "code": ["shared", "a", "b", "a", "a"],
            "distance_bp": [np.nan, 9.0, 9.0, 9.0, 9.0],
            "expected_a": [1.0, 2.0, 3.0, 0.0, 0.0],
            "expected_b": [4.0, 5.0, 6.0, 0.0, 0.0],
            "enhancer_at": [np.nan, 20.0, 2900.0, 9.0, 9.0],
        }
    )
    found = gene_predictions("run", FakeDataset(), genes).set_index("name")
    # Targets are [512, 1536) and [1536, 2560): 1500 is within 256 bp of an end.
    assert list(found.index) == ["x", "y"]
    # Bins 5 to 9 of cage_a_minus (track 1); bins 13 to 17 of cage_b_plus (track 2).
    assert found.measured.tolist() == [5 + 6 + 7 + 8 + 9 + 5000, 13 + 14 + 15 + 16 + 17 + 10_000]
    assert found.predicted.tolist() == [2 * value for value in found.measured]
    assert found.expected.tolist() == [1.0, 6.0]
    assert found.in_window.tolist() == [False, True]


def test_read_genes__middle_of_the_enhancer(tmp_path):
    (tmp_path / "genes.tsv").write_text("name\tenhancer\np1\te1\np2\t\n")
    (tmp_path / "elements.tsv").write_text("name\tstart\tend\ne1\t100\t200\np1\t7\t9\n")
    assert read_genes(tmp_path)["enhancer_at"].tolist()[0] == 150
    assert read_genes(tmp_path)["enhancer_at"].isna().tolist() == [False, True]
