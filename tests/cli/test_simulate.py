import json

import pytest


def test_simulate__makes_a_world_and_says_what_is_in_it(senformer, tmp_path):
    out = tmp_path / "world"
    answer = senformer(
        "simulate", "--out", out, "--genome-bp", 60_000, "--chromosomes", 2, "--variants", 20, "--json"
    )
    assert answer.code == 0
    assert json.loads(answer.out)["out"] == str(out)
    assert {"genome.fa.gz", "tracks.tsv", "variants.vcf", "regions.bed", "DONE.json"} <= {
        path.name for path in out.iterdir()
    }


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--genome-bp", 1000, "genome_bp is 1,000, too small"), ("--chromosomes", 0, "n_chromosomes is 0")],
)
def test_simulate__a_world_that_cannot_be(senformer, tmp_path, option, value, message):
    answer = senformer("simulate", "--out", tmp_path / "world", option, value)
    assert answer.code == 78
    assert message in answer.err
    assert not (tmp_path / "world").exists()


def test_simulate__an_existing_output_is_refused(senformer, tmp_path):
    (tmp_path / "mine.txt").touch()
    answer = senformer("simulate", "--out", tmp_path)
    assert answer.code == 73
    assert "the output folder exists" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_simulate__far_enhancers_need_long_chromosomes(senformer, tmp_path):
    answer = senformer("simulate", "--out", tmp_path / "world", "--far")
    assert answer.code == 78
    assert "error[E356]: simulate: far.max_bp is 600,000" in answer.err
    assert not (tmp_path / "world").exists()
