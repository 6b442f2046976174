import pytest

CONFIG = """
dataset:
  window_bp: 8192
  crop_bins: 8
  split: {by: chromosome, valid: [chr3], test: [chr4]}
"""


def test_build__unknown_key_suggests_the_nearest(senformer, tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text("dataset: {window: 8192, split: {}}\n")
    answer = senformer("build", config, "--genome", "g.fa", "--tracks", "t.tsv", "--out", tmp_path / "data")
    assert answer.code == 78
    assert "unknown key 'window'. Did you mean 'window_bp'?" in answer.err
    assert not (tmp_path / "data").exists()


def test_build__a_missing_genome_leaves_nothing(senformer, tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text(CONFIG)
    answer = senformer(
        "build", config, "--genome", tmp_path / "no.fa", "--tracks", "t.tsv", "--out", tmp_path / "d"
    )
    assert answer.code == 66
    assert f"{tmp_path}/no.fa: no such file" in answer.err
    assert not (tmp_path / "d").exists()


@pytest.mark.slow
def test_build__from_files_named_on_the_command_line(senformer, short_demo, tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text(CONFIG)
    world = short_demo / "world"
    answer = senformer(
        "build", config, "-g", world / "genome.fa.gz", "-t", world / "tracks.tsv", "--out", tmp_path / "d"
    )
    assert answer.code == 0, answer.err
    assert "7 tracks" in answer.out
    assert "windows: train " in answer.out
    assert "NaN" not in answer.out
    assert senformer("verify", tmp_path / "d").out.strip().endswith("(SHA-256 of every stored file).")
