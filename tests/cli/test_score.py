import pytest


@pytest.mark.slow
def test_score__counts_add_up_and_a_wrong_ending_is_refused(senformer, short_demo, tmp_path):
    world = short_demo / "world"
    call = ("score", short_demo / "run", "-g", world / "genome.fa.gz", "-v", world / "variants.vcf")
    answer = senformer(*call, "--out", tmp_path / "s.tsv")
    assert answer.code == 0, answer.err
    assert "40 records: 40 scored" in answer.out
    wrong = senformer(*call, "--out", tmp_path / "s.xlsx")
    assert wrong.code == 2
    assert ".parquet" in wrong.err
