import pytest


@pytest.mark.slow
def test_background__says_how_many_of_each_class(senformer, short_demo, tmp_path):
    call = ("background", short_demo / "run", "-g", short_demo / "world" / "genome.fa.gz", "-n", 30)
    answer = senformer(*call, "--out", tmp_path / "b.parquet", "--strands", "forward")
    assert answer.code == 0, answer.err
    assert "30 random variants" in answer.out
    assert answer.out.count(": 10") == 3
    again = senformer(*call, "--out", tmp_path / "b.parquet")
    assert (again.code, "exist" in again.err) == (73, True)
    wrong = senformer(*call, "--out", tmp_path / "c.parquet", "--scorers", "SED")
    assert (wrong.code, "reads genes" in wrong.err or "every gene" in wrong.err) == (78, True)
