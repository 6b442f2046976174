import json
import sys

import pytest
from benchmarks.experiments.plan import Experiment

from benchmarks.experiments import summary


def metrics(mean, **assays):
    both = {"pearson_mean": mean, "pearson_log1p_mean": mean}
    by_assay = {name: {"pearson_mean": r, "pearson_log1p_mean": r} for name, r in assays.items()}
    return {**both, "by_assay": by_assay}


def run(arm, seed, mean, **assays):
    name = f"yeast-{arm}-s{seed}"
    cost = {"outcome": "finished", "steps": 5, "seconds": 90.0, "peak_bytes": 3 << 29}
    return {"name": name, "arm": arm, "seed": seed, "test": {"yeast": metrics(mean, **assays)}, **cost}


ROWS = [
    run("dense", 1, 0.50, ATAC=0.70, CAGE=None),
    run("sparse", 1, 0.49, ATAC=0.66, CAGE=None),
    run("dense", 2, 0.54, ATAC=0.74, CAGE=None),
    run("sparse", 2, 0.51, ATAC=0.72, CAGE=None),
    run("dense", 3, 0.52, ATAC=0.72, CAGE=None),
    # Asked for more than its memory: no accuracy.
    {"name": "yeast-sparse-s3", "arm": "sparse", "seed": 3, "outcome": "over memory"},
]


def test_values__assays_without_a_correlation_are_left_out():
    found = summary.values(ROWS, "test")
    assert {row["assay"] for row in found} == {"ATAC", "all"}
    assert len(found) == 10
    assert summary.values(ROWS, "valid") == []


def test_sum_up__spread_over_seeds_and_paired_differences():
    rows = summary.sum_up(summary.values(ROWS, "test"), "dense", "pearson_mean")
    found = {(row["assay"], row["arm"]): row for row in rows}
    assert found["all", "dense"]["mean"] == pytest.approx(0.52)
    assert found["all", "dense"]["sd"] == pytest.approx(0.02)
    assert found["all", "dense"]["difference"] is None
    sparse = found["ATAC", "sparse"]
    assert sparse["n"] == 2
    # -0.04 and -0.02: mean -0.03, standard deviation 0.02 / sqrt(2).
    assert sparse["difference"]["mean"] == pytest.approx(-0.03)
    assert sparse["difference"]["sd"] == pytest.approx(0.02 / 2**0.5)


def test_sum_up__seeds_of_one_arm_alone_make_no_difference():
    rows = summary.sum_up(summary.values([ROWS[0], ROWS[3]], "test"), "dense", "pearson_mean")
    assert [row["difference"] for row in rows] == [None] * 4
    assert [row["sd"] for row in rows] == [None] * 4


def test_table__a_row_an_assay_and_a_column_an_arm():
    rows = summary.sum_up(summary.values(ROWS, "test"), "dense", "pearson_mean")
    lines = summary.table(rows, ["dense", "sparse", "linear"]).splitlines()
    assert lines[0] == "| data | assay | dense | sparse | linear |"
    assert lines[2] == "| yeast | ATAC | 0.720 ± 0.020 | 0.690 ± 0.042 | - |"


def test_cost_table__a_run_over_its_memory_is_told():
    lines = summary.cost_table(ROWS).splitlines()
    assert lines[2] == "| yeast-dense-s1 | finished | 5 | 1.5 | 1.50 |"
    assert lines[-1] == "| yeast-sparse-s3 | over memory | - | - | - |"


def test_gene_table__a_column_a_range():
    ranges = [{"from_bp": 20_000, "to_bp": 40_000, "n": 7, "share": 0.25}]
    lines = summary.gene_table([{"name": "far-s1", "genes": {"far": ranges}}, ROWS[0]]).splitlines()
    assert lines == ["| run | 20-40 kb (7) |", "|---|---|", "| far-s1 | 0.25 |"]
    none = [{"from_bp": 20_000, "to_bp": 40_000, "n": 0, "share": None}]
    assert summary.gene_table([{"name": "near-s1", "genes": {"near": none}}]).endswith("| near-s1 | - |")


def test_main__keeps_the_record_and_draws_it(tmp_path, monkeypatch, capsys):
    arms = {"dense": {}, "sparse": {}}
    data = {"yeast": {"dataset": {}}}
    given = {"title": "t", "seeds": [1, 2, 3], "data": data, "arms": arms, "model": {}, "train": {}}
    monkeypatch.setattr(summary, "read_experiment", lambda name: Experiment.model_validate(given))
    for row in ROWS:
        folder = tmp_path / "runs" / row["name"]
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(json.dumps(row))
    options = [
        "--out",
        str(tmp_path),
        "--results",
        str(tmp_path / "r.json"),
        "--figure",
        str(tmp_path / "f.svg"),
    ]
    monkeypatch.setattr(sys, "argv", ["summary", "e1", *options])
    summary.main()
    record = json.loads((tmp_path / "r.json").read_text())
    assert [row["name"] for row in record["runs"]] == [
        f"yeast-{arm}-s{seed}" for seed in (1, 2, 3) for arm in arms
    ]
    assert record["summary"]["test"]["pearson_mean"][0]["n"] == 3
    assert "0.720 ± 0.020" in capsys.readouterr().out
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")
