import pytest

from senformer.cli.predict import _records


def test_predict__without_a_region_is_a_usage_error(senformer, tmp_path):
    answer = senformer("predict", tmp_path, "--genome", "g.fa", "--out", tmp_path / "p")
    assert answer.code == 2
    assert "no region is given. Give --regions BED or --chromosome NAME." in answer.err


def test_records__tells_what_was_left_out():
    assert _records({"n_bins": 5}) == ""
    assert "by outcome: overlap 1, used 4;" in _records({"records": {"overlap": 1, "used": 4}})


@pytest.mark.slow
def test_predict__a_region_string_to_one_bigwig(senformer, short_demo, tmp_path):
    genome = short_demo / "world" / "genome.fa.gz"
    answer = senformer(
        "predict",
        short_demo / "run",
        "-g",
        genome,
        "-c",
        "chr4:1,001-9,000",
        "--track",
        "dnase_a",
        "-o",
        tmp_path / "p",
    )
    assert answer.code == 0, answer.err
    assert [path.name for path in (tmp_path / "p").glob("*.bw")] == ["dnase_a.bw"]
