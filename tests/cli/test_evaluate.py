import json

import pytest
from tests.evaluate.test_summary import VALUES, folder

from senformer.cli.evaluate import _label_rows
from senformer.core.commit import write_text


@pytest.mark.slow
def test_evaluate__prints_a_row_an_assay(senformer, short_demo, tmp_path):
    answer = senformer(
        "evaluate",
        short_demo / "run",
        "--data",
        short_demo / "dataset",
        "--out",
        tmp_path / "e",
        "--split",
        "valid",
    )
    assert answer.code == 0, answer.err
    metrics = json.loads((tmp_path / "e" / "metrics.json").read_text())
    assert metrics["split"] == "valid"
    assert all(assay in answer.out for assay in metrics["by_assay"])


@pytest.mark.slow
def test_evaluate__a_split_that_is_not_there(senformer, short_demo, tmp_path):
    answer = senformer(
        "evaluate",
        short_demo / "run",
        "--data",
        short_demo / "dataset",
        "--out",
        tmp_path / "e",
        "--split",
        "tset",
    )
    assert answer.code != 0
    assert "tset" in answer.err
    assert not (tmp_path / "e").exists()


@pytest.mark.slow
def test_evaluate__against_another_model(senformer, short_demo, tmp_path):
    run, out = short_demo / "run", tmp_path / "e"
    answer = senformer("evaluate", run, "--against", run, "--data", short_demo / "dataset", "--out", out)
    assert answer.code == 0, answer.err
    drift = json.loads((out / "metrics.json").read_text())["drift"]
    assert drift["max_difference"] == 0
    rows = [line.split() for line in answer.out.splitlines()[-1 - len(drift["by_assay"]) :]]
    assert [row[0] for row in rows[:-1]] == list(drift["by_assay"])
    kept = "n/a" if drift["kept"] is None else "1.0000"  # the demo's short training may leave no accuracy
    assert rows[-1][-5:] == ["1.0000", "0.0000", "0.0000", "0.0000", kept]


@pytest.mark.slow
def test_evaluate__genes(senformer, short_demo, tmp_path):
    chrom_sizes = json.loads((short_demo / "dataset" / "dataset.json").read_text())["chrom_sizes"]
    lines = [
        f"{chrom}\t{start}\t{start + 900}\t{chrom}_{start}\t0\t{'+-'[start % 2]}\n"
        for chrom, size in chrom_sizes.items()
        for start in range(501, size - 1000, 1501)
    ]
    write_text(tmp_path / "genes.bed", "".join(lines))
    command = [
        "evaluate",
        short_demo / "run",
        "--data",
        short_demo / "dataset",
        "--genes",
        tmp_path / "genes.bed",
    ]
    answer = senformer(*command, "--gene-windows", "tiled", "--out", tmp_path / "e")
    assert answer.code == 0, answer.err
    genes = json.loads((tmp_path / "e" / "metrics.json").read_text())["genes"]
    assert genes["n_genes"] > 3
    assert genes["n_genes"] + sum(genes["dropped"].values()) == genes["n_rows"] == len(lines)
    assert f"genes: {genes['n_genes']:,} of {len(lines):,} rows" in answer.out
    assert f"outside split {genes['dropped']['outside_split']:,}" in answer.out
    wrong = senformer(*command, "--gene-assay", "CAGEE", "--out", tmp_path / "wrong")
    assert wrong.code == 78
    assert "no track has the assay 'CAGEE'. Did you mean 'CAGE'?" in wrong.err
    assert not (tmp_path / "wrong").exists()


def test_evaluate__an_option_on_genes_without_genes(senformer, tmp_path):
    answer = senformer("evaluate", tmp_path, "-d", tmp_path, "-o", tmp_path / "e", "--gene-bins", 5)
    assert answer.code == 2
    assert "error[E667]: --genes: an option on genes is given without the genes. Give a GTF" in answer.err


def test_evaluate__options_that_name_nothing(senformer, tmp_path):
    command = ["evaluate", tmp_path, "--data", tmp_path, "--out", tmp_path / "e"]
    for option, value, text in (
        ("--share", "5/4", "names no share"),
        ("--shifts", "1,x", "is no list of offsets"),
    ):
        answer = senformer(*command, option, value)
        assert answer.code == 2
        assert text in answer.err


def test_evaluate__summarize_and_what_cannot_stand_with_it(senformer, tmp_path):
    summarize = ["evaluate", "--summarize", tmp_path, tmp_path / "b", "-o", tmp_path / "e"]
    for option, value in (("--data", tmp_path), ("--split", "valid"), ("--gene-bins", 3), ("--share", "1/2")):
        answer = senformer(*summarize, option, value)
        assert answer.code == 2
        assert f"{option}: is given with --summarize, which measures nothing anew. Leave it" in answer.err
    answer = senformer("evaluate", tmp_path, tmp_path, "-d", tmp_path, "-o", tmp_path / "e")
    assert answer.code == 2
    assert "RUN: 2 runs are given. Evaluate one after the other" in answer.err
    answer = senformer("evaluate", tmp_path, "-o", tmp_path / "e")
    assert answer.code == 2
    assert "--data: is missing. Name the dataset." in answer.err
    answer = senformer(*summarize)
    assert answer.code == 66
    assert "is no finished evaluation (no DONE.json)" in answer.err


def test_evaluate__summarize_prints_means_and_spreads(senformer, tmp_path):
    folders = [folder(tmp_path / f"fold{number}", row) for number, row in enumerate(VALUES)]
    answer = senformer("evaluate", "--summarize", *folders, "-o", tmp_path / "out")
    assert answer.code == 0, answer.err
    assert "3 evaluations of test: mean +- standard deviation" in answer.out
    assert "ATAC                     pearson_mean                 0.1500 +- 0.0707 (n = 2)" in answer.out
    assert (tmp_path / "out" / "summary.tsv").is_file()


def test_label_rows__areas_of_the_assays_that_have_them():
    area = {"auroc_mean": 0.91, "auprc_mean": None}
    rows = _label_rows({"ChIP-seq": area, "CAGE": {"pearson_mean": 0.5}, "all tracks": area})
    assert [row.split() for row in rows] == [
        ["labels", "AUROC", "AUPRC"],
        ["ChIP-seq", "0.910", "n/a"],
        ["all", "tracks", "0.910", "n/a"],
    ]
    assert _label_rows({"CAGE": {"pearson_mean": 0.5}}) == []
