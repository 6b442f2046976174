import hashlib
import importlib
import json
import os
import signal
import sys
import time

import numpy as np
import pandas as pd
import pytest
import torch
from tests.oracles.variant_scores import score_variant
from tests.variants.toy import (
    GENOME,
    TRACKS,
    WINDOW_BP,
    ToyModel,
    every_snv,
    vcf_line,
    write_genome,
    write_vcf_text,
)

from senformer import create_model
from senformer.core.errors import ConfigError, DataError, MissingInputError, OutputError, UsageError
from senformer.genome.variant import Origin, Variant
from senformer.genome.variant_reader import SkippedAllele, VariantSet
from senformer.variants import score
from senformer.variants.score import count_alleles
from senformer.variants.table import SCORES
from senformer.variants.top import read_top

PAIRS = [track["strand_pair"] for track in TRACKS]
LINES = [vcf_line(*place) for place in every_snv("chrA", range(20, 25)) + every_snv("chrB", range(3, 6))]


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A run whose model is the toy, a genome, and a folder for results."""
    (tmp_path / "run" / "model").mkdir(parents=True)
    (tmp_path / "run" / "model" / "model.safetensors").write_bytes(b"toy weights")
    (tmp_path / "out").mkdir()
    write_genome(tmp_path)
    module = importlib.import_module("senformer.variants.score")
    monkeypatch.setattr(module, "load_run_model", lambda run: ToyModel())
    return tmp_path


def run_score(world, lines, out="scores.parquet", **options):
    vcf = write_vcf_text(world, lines)
    options = {"device": "cpu", **options}
    return score(world / "run", world / "genome.fa", vcf, world / "out" / out, **options)


def left(world):
    return sorted(path.name for path in (world / "out").iterdir())


def test_score__table_equals_the_slow_oracle(world):
    counts = run_score(world, LINES)
    table = SCORES.read(world / "out" / "scores.parquet")
    assert counts == {
        "n_records": 24,
        "n_alleles": 24,
        "n_scored": 24,
        "skipped": {},
        "skipped_records": {},
        "n_windows": 8,
        "n_padded": 9,
        "n_tracks": 3,
    }
    assert len(table) == 24 * 3
    for key, rows in table.groupby("key"):
        row = rows.iloc[0]
        bases = GENOME[row["chrom"]]
        sad, sar = score_variant(
            ToyModel(), bases, row["position"], row["ref"], row["alt"], WINDOW_BP, "toy", PAIRS
        )
        np.testing.assert_allclose(rows["SAD"], sad, atol=1e-5, err_msg=str(key))
        np.testing.assert_allclose(rows["SAR"], sar, atol=1e-5, err_msg=str(key))


def test_score__leaves_three_files(world):
    run_score(world, LINES, shard_size=4)
    assert left(world) == ["scores.parquet", "scores.parquet.run.json", "scores.parquet.top.npz"]


def test_score__record_says_what_was_run(world):
    run_score(world, [*LINES, vcf_line("chrA", 30, "<DEL>")])
    record = json.loads((world / "out" / "scores.parquet.run.json").read_text())
    assert record["counts"]["n_records"] == 25
    assert record["counts"]["n_scored"] == 24
    assert sum(record["counts"]["skipped"].values()) == 1
    weights = hashlib.sha256(b"toy weights").hexdigest()
    assert record["inputs"]["model"]["sha256"] == weights
    assert set(record["inputs"]) == {"model", "genome", "variants"}
    assert record["config"]["strands"] == "both"
    assert record["config"]["scorers"] == ["SAD", "SAR"]


def test_score__top_holds_the_largest_effects(world):
    run_score(world, LINES, top=4, shard_size=5)
    table = SCORES.read(world / "out" / "scores.parquet")
    top = read_top(world / "out" / "scores.parquet.top.npz")
    ranks = table["SAR"].abs().groupby(table["key"]).max().sort_values(ascending=False)
    assert sorted(top["key"]) == sorted(ranks.index[:4])
    np.testing.assert_allclose(top["rank_score"], ranks.iloc[:4], atol=1e-5)
    sad = table[table["key"] == top["key"][0]]["SAD"]
    np.testing.assert_allclose((top["alt"] - top["ref"])[0].sum(0), sad, atol=1e-5)


@pytest.mark.parametrize(
    "options", [{"batch_size": 1}, {"shard_size": 1}, {"shard_size": 7, "batch_size": 3}]
)
def test_score__batches_and_shards_do_not_matter(world, options):
    run_score(world, LINES, "base.parquet")
    run_score(world, LINES, "other.parquet", **options)
    base, other = (SCORES.read(world / "out" / name) for name in ("base.parquet", "other.parquet"))
    pd.testing.assert_frame_equal(base, other, rtol=0, atol=1e-5)


def test_score__order_of_records_does_not_matter(world):
    run_score(world, LINES, "base.parquet")
    run_score(world, LINES[::-1], "other.parquet")
    base, other = (
        SCORES.read(world / "out" / name)
        .sort_values(["key", "track_index"], ignore_index=True)
        .drop(columns="file_line")
        for name in ("base.parquet", "other.parquet")
    )
    pd.testing.assert_frame_equal(base, other, rtol=0, atol=1e-5)


def test_score__same_command_same_bytes(world):
    for name in ("a.tsv", "b.tsv"):
        run_score(world, LINES, name)
    assert (world / "out" / "a.tsv").read_bytes() == (world / "out" / "b.tsv").read_bytes()
    tops = [(world / "out" / f"{name}.tsv.top.npz").read_bytes() for name in "ab"]
    assert tops[0] == tops[1]


def test_score__one_scorer_alone(world):
    run_score(world, LINES, "scores.tsv", scorers=["SAR"])
    table = pd.read_csv(world / "out" / "scores.tsv", sep="\t")
    assert list(table.columns)[-2:] == ["indels", "SAR"]


def test_score__nothing_to_score_is_an_error(world):
    with pytest.raises(
        DataError, match=r"no allele could be scored: 1 breakend, 1 symbolic\. Alleles"
    ) as caught:
        run_score(world, [vcf_line("chrA", 20, "<DEL>"), vcf_line("chrA", 30, "A.")])
    assert (caught.value.code, caught.value.exit_code) == ("E751", 65)
    assert left(world) == []


def test_score__wrong_reference_leaves_nothing(world):
    wrong = "A" if GENOME["chrA"][24] != "A" else "C"
    with pytest.raises(DataError, match="the genome has"):
        run_score(world, [*LINES, vcf_line("chrA", 25, "G", ref=wrong)])
    assert left(world) == []


def test_score__wrong_reference_can_be_skipped_and_is_counted(world):
    wrong = "A" if GENOME["chrA"][24] != "A" else "C"
    counts = run_score(world, [*LINES, vcf_line("chrA", 25, "G", ref=wrong)], ref_mismatch="skip")
    assert (counts["n_records"], counts["n_scored"], counts["skipped"]) == (25, 24, {"ref_mismatch": 1})


def test_score__existing_output_is_refused(world):
    (world / "out" / "scores.parquet").write_text("mine")
    with pytest.raises(OutputError, match=r"scores\.parquet: the output file exists"):
        run_score(world, LINES)
    assert (world / "out" / "scores.parquet").read_text() == "mine"


def test_score__unknown_ending_is_refused_first(world):
    with pytest.raises(UsageError, match=r"Use one of \.parquet, \.tsv, \.tsv\.gz"):
        run_score(world, ["no VCF line"], "scores.csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"head": "mouse"}, "has no head 'mouse'; it has: toy"),
        ({"scorers": ["SADD"]}, "no scorer is called 'SADD'. Did you mean 'SAD'"),
        ({"shard_size": 0}, "shard_size: is 0"),
        ({"top": -1}, "top: is -1"),
        ({"scorers": []}, "scorers: is 0, at least 1"),
    ],
)
def test_score__wrong_options_leave_nothing(world, options, message):
    with pytest.raises(ConfigError, match=message):
        run_score(world, LINES, **options)
    assert left(world) == []


def test_score__missing_model_is_named(world):
    with pytest.raises(MissingInputError, match="nowhere: no such folder"):
        score(world / "nowhere", world / "genome.fa", write_vcf_text(world, LINES), world / "out" / "s.tsv")


def test_score__another_command_does_not_mix(world, monkeypatch):
    leave_unfinished(world, monkeypatch)
    with pytest.raises(OutputError, match=r"unfinished work of another command \(other batch_size\)"):
        run_score(world, LINES, shard_size=3, batch_size=3)
    run_score(world, LINES, shard_size=3)
    assert left(world) == ["scores.parquet", "scores.parquet.run.json", "scores.parquet.top.npz"]


def leave_unfinished(world, monkeypatch):
    parts = importlib.import_module("senformer.variants.parts").Parts
    finish = parts.finish_shard

    def stop(self):
        finish(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(parts, "finish_shard", stop)
        with pytest.raises(KeyboardInterrupt):
            run_score(world, LINES, shard_size=3)


def test_count_alleles__by_reason(tmp_path):
    variant = Variant("chrA", 3, "A", "C", origin=Origin(3, 1, 4, "A", "C"))
    skipped = [SkippedAllele(3, 2, "chrA:4:A>*", "spanning_deletion")]
    skipped += [SkippedAllele(4, number, "chrA:1:A><DEL>", "symbolic") for number in (1, 2)]
    assert count_alleles(VariantSet([variant], skipped, 2, 4), tmp_path) == {
        "n_records": 2,
        "n_alleles": 4,
        "n_scored": 1,
        "skipped": {"spanning_deletion": 1, "symbolic": 2},
        "skipped_records": {"symbolic": 1},
    }


def run_child(world, die_at=None):
    """Score in a forked child that kills itself before its ``die_at``-th write; return the exit status."""
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)  # OpenMP's threads do not live on in a fork
        if die_at is not None:
            sys.addaudithook(make_killer(str(world / "out"), die_at))
        try:
            run_score(world, LINES, shard_size=5)
        except BaseException:  # noqa: BLE001
            os._exit(1)
        os._exit(0)
    return child


def make_killer(folder, die_at):
    seen = 0
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    changes = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}

    def hook(event, arguments):
        nonlocal seen
        is_write = event in changes or (event == "open" and (arguments[2] or 0) & writes)
        if is_write and (str(arguments[0]).startswith(folder) or event in {"os.remove", "os.rmdir"}):
            seen += 1
            if seen == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def wait_for(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def digests(world):
    names = ["scores.parquet", "scores.parquet.top.npz"]
    return [hashlib.sha256((world / "out" / name).read_bytes()).hexdigest() for name in names]


def clear(world):
    for path in (world / "out").iterdir():
        path.unlink()


@pytest.mark.slow
def test_score__killed_at_every_write_finishes_identically(world):
    write_vcf_text(world, LINES)
    assert wait_for(run_child(world)) == 0
    expected, names = digests(world), left(world)
    clear(world)
    for die_at in range(1, 500):
        status = wait_for(run_child(world, die_at))
        assert status in (0, -signal.SIGKILL)
        if status and left(world) != names:  # equal names: it was killed after its very last change
            assert wait_for(run_child(world)) == 0, die_at
        assert digests(world) == expected, die_at
        assert left(world) == names, die_at
        clear(world)
        if status == 0:
            break
    assert 40 < die_at < 500


@pytest.mark.slow
def test_score__killed_at_random_moments_finishes_identically(world):
    rng = np.random.default_rng(1)
    write_vcf_text(world, LINES)
    started = time.monotonic()
    assert wait_for(run_child(world)) == 0
    longest_s = time.monotonic() - started
    expected, names = digests(world), left(world)
    for _ in range(20):
        clear(world)
        for _ in range(3):
            child = run_child(world)
            time.sleep(rng.uniform(0, longest_s))
            os.kill(child, signal.SIGKILL)
            if wait_for(child) == 0 or left(world) == names:
                break
        else:
            assert wait_for(run_child(world)) == 0
        assert digests(world) == expected


def test_score__real_model_equals_the_slow_oracle(tmp_path):
    torch.manual_seed(2)
    size = {
        "channels": 24,
        "n_layers": 1,
        "n_heads": 2,
        "key_size": 4,
        "n_conv_blocks": 2,
        "channel_divisor": 2,
    }
    model = create_model("enformer", **size, window_bp=64, crop_bins=1, heads={"human": 3, "mouse": 2}).eval()
    model.save(tmp_path / "model")
    genome = write_genome(tmp_path)
    vcf = write_vcf_text(tmp_path, [vcf_line("chrA", 30, "A", "rs1"), vcf_line("chrA", 33, "C")])
    score(tmp_path / "model", genome, vcf, tmp_path / "scores.parquet", head="human", device="cpu")
    table = SCORES.read(tmp_path / "scores.parquet")
    for position, alt in ((30, "A"), (33, "C")):
        rows = table[table["position"] == position]
        bases = GENOME["chrA"]
        expected = score_variant(model, bases, position, bases[position - 1], alt, 64, "human", [0, 1, 2])
        np.testing.assert_allclose([rows["SAD"], rows["SAR"]], expected, atol=1e-5)
