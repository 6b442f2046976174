import pandas as pd
import pytest


@pytest.mark.slow
def test_score__counts_add_up_and_a_wrong_ending_is_refused(senformer, short_demo, tmp_path):
    world = short_demo / "world"
    call = ("score", short_demo / "run", "-g", world / "genome.fa.gz", "-v", world / "variants.vcf")
    answer = senformer(*call, "--out", tmp_path / "s.tsv")
    assert answer.code == 0, answer.err
    assert "40 records with 40 ALT alleles: 40 scored" in answer.out
    wrong = senformer(*call, "--out", tmp_path / "s.xlsx")
    assert wrong.code == 2
    assert ".parquet" in wrong.err


@pytest.mark.slow
def test_score__scorers_tracks_passes_and_layout(senformer, short_demo, tmp_path):
    world, run = short_demo / "world", short_demo / "run"
    files = ("-g", world / "genome.fa.gz", "-v", world / "variants.vcf", "--out", tmp_path / "s.tsv")
    asked = ("--scorers", "SAD@501, jsd", "--tracks", "0,1", "--layout", "wide", "--summary", "1")
    answer = senformer("score", run, *files, *asked, "--shifts", "0,3", "--spread", "passes")
    assert answer.code == 0, answer.err
    table = pd.read_csv(tmp_path / "s.tsv", sep="\t")
    assert len(table) == 40
    scores = [column.partition(":")[0] for column in table.columns if ":" in column]
    assert scores == [name for name in ("SAD@501", "SAD@501_sd", "jsd", "jsd_sd") for _ in range(2)]
    assert len(pd.read_csv(tmp_path / "s.tsv.summary.tsv", sep="\t")) == 40 * 2
