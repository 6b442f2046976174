import json

TOY = [
    *("--set", "channels=32", "--set", "channel_divisor=8", "--set", "n_layers=1", "--set", "n_heads=4"),
    *("--set", "key_size=3", "--set", "n_conv_blocks=2", "--set", "attention.block_bins=4"),
]


def test_bench__toy_sizes(senformer, tmp_path):
    what = "attention"
    out = tmp_path / "found.json"
    answer = senformer(
        *("bench", what, "--out", out, "--lengths", "320", "--kinds", "bigbird", "--repeats", 1),
        *("--no-peer", "--device", "cpu", "--json", *TOY),
    )
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    (row,) = found["rows"]
    assert (row["what"], row["kind"], row["length_bp"], row["peer"]) == (what, "bigbird", 320, False)
    assert found == json.loads(out.read_text())
    assert out.with_suffix(".svg").exists()


def test_bench__unknown_benchmark(senformer, tmp_path):
    answer = senformer("bench", "forwards", "--out", tmp_path / "x.json")
    assert answer.code == 78
    assert "no benchmark is called 'forwards'. Did you mean 'forward'?" in answer.err


def test_bench__half_a_bin(senformer, tmp_path):
    answer = senformer("bench", "attention", "--out", tmp_path / "x.json", "--lengths", "1000", "--no-peer")
    assert answer.code == 2
    assert "1,000 bp is no whole number of bins of 128 bp" in answer.err


def test_bench__an_option_without_effect(senformer, tmp_path):
    answer = senformer("bench", "forward", "some_run", "--out", tmp_path / "x.json")
    assert answer.code == 2
    told = "RUN: bench forward does not read it. Leave it out; it is for bench receptive-field and bench svm."
    assert told in answer.err
