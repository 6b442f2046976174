import json

import pytest

from senformer.cli.predict import _records
from senformer.model import create_model


def test_predict__without_a_region_is_a_usage_error(senformer, tmp_path):
    answer = senformer("predict", tmp_path, "--genome", "g.fa", "--out", tmp_path / "p")
    assert answer.code == 2
    assert "no region is given. Give --regions BED or --chromosome NAME." in answer.err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "neither a genome nor a file of sequences. Give --genome with"),
        (("-s", "s.fa", "-g", "g.fa"), "--genome: is about a genome, and --sequences reads none"),
        (("-s", "s.fa", "--context-bp", "0"), "--context-bp: is about a genome, and --sequences reads"),
        (("-s", "s.fa", "-r", "r.bed"), "--regions: is about a genome"),
        (("-s", "s.fa", "--unphased", "skip"), "--unphased: is about a genome"),
        (("-g", "g.fa", "-c", "chr1", "--column", "seq"), "--column: is given without --sequences"),
    ],
)
def test_predict__genome_and_sequences_stand_apart(senformer, tmp_path, given, message):
    answer = senformer("predict", tmp_path, "--out", tmp_path / "p", *given)
    assert answer.code == 2
    assert message in answer.err


def test_predict__sequences_to_a_table(senformer, tmp_path):
    create_model("mpra_dragonn", window_bp=16, channels=[2, 2, 2], heads={"toy": 1}).save(tmp_path / "m")
    (tmp_path / "s.fa").write_text(f">a\nACGRT\n>b\n{'ACGT' * 4}\n>c\n{'ACGTT' * 4}\n")
    call = ("predict", tmp_path / "m", "-s", tmp_path / "s.fa", "--device", "cpu")
    answer = senformer(*call, "-o", tmp_path / "p.tsv")
    assert (answer.code, "error[E490]" in answer.err) == (65, True)
    answer = senformer(*call, "--too-long", "crop", "-o", tmp_path / "p.tsv")
    assert answer.code == 0, answer.err
    told = "1 padded to 16 bp, 1 cropped to 16 bp, 1 uncertain base read as N.\n"
    assert answer.out == f"Predicted 1 track of 3 sequences into {tmp_path / 'p.tsv'}: {told}"
    lines = (tmp_path / "p.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["id", "a", "b", "c"]
    answer = senformer(*call, "--too-long", "crop", "-o", tmp_path / "q.tsv", "--json")
    assert json.loads(answer.out)["n_cropped"] == 1


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
