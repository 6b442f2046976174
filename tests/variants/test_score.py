import hashlib
import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
import pytest
import torch
from tests.oracles.scores import bins_of_mask
from tests.oracles.variant_scores import predict_text, score_change, score_variant, window_text
from tests.variants.toy import (
    BIN_BP,
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
from senformer.variants.scorers import SCORERS, Scorer
from senformer.variants.table import SCORES
from senformer.variants.top import read_top

GENE_COLUMNS = ["gene_id", "gene_name", "gene_strand", "tss_distance"]
PAIRS = [track["strand_pair"] for track in TRACKS]
LINES = [vcf_line(*place) for place in every_snv("chrA", range(20, 25)) + every_snv("chrB", range(3, 6))]


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A run whose model is the toy, a genome, and a folder for results."""
    (tmp_path / "run" / "model").mkdir(parents=True)
    (tmp_path / "run" / "model" / "model.safetensors").write_bytes(b"toy weights")
    (tmp_path / "out").mkdir()
    write_genome(tmp_path)
    module = importlib.import_module("senformer.variants.request")
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
    skipped = pd.read_csv(world / "out" / "scores.parquet.skipped.tsv", sep="\t")
    ref = GENOME["chrA"][29]
    assert skipped[["file_allele", "key", "reason"]].to_numpy().tolist() == [
        [1, f"chrA:30:{ref}><DEL>", "symbolic"]
    ]
    lines = (world / "variants.vcf").read_text().splitlines()
    assert "<DEL>" in lines[skipped["file_line"][0] - 1]
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


def test_score__batches_shards_and_order_do_not_matter_to_any_scorer(world):
    (world / "genes.gtf").write_text(GTF)
    options = {"scorers": [*SCORERS, "SAX@5", "logfc@exons", "jsd@exons"], "genes": world / "genes.gtf"}
    options["scorers"].remove("log_odds")
    run_score(world, LINES, "base.parquet", **options)
    run_score(world, LINES[::-1], "other.parquet", **options, shard_size=3, batch_size=3)
    by = ["key", "gene_id", "track_index"]
    base, other = (
        pd.read_parquet(world / "out" / name).sort_values(by, ignore_index=True)
        for name in ("base.parquet", "other.parquet")
    )
    place = ["file_line"]  # the order is another
    pd.testing.assert_frame_equal(base.drop(columns=place), other.drop(columns=place), rtol=0, atol=2e-4)


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


def test_score__a_scorer_of_ones_own_and_a_track_without_lists(world):
    own = Scorer(
        "highest", "max ALT - max REF", "units", True, lambda ref, alt: alt.bins.max(0) - ref.bins.max(0)
    )
    run_score(world, LINES[:3], "one.parquet", scorers=own, tracks="dnase")
    table = pd.read_parquet(world / "out" / "one.parquet")
    assert table["track_name"].tolist() == ["dnase"] * 3
    ref, alt = (read_top(world / "out" / "one.parquet.top.npz")[name].max(axis=1) for name in ("ref", "alt"))
    np.testing.assert_array_equal(np.sort(table["highest"]), np.sort((alt - ref)[:, 0]))


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
        ({"scorers": []}, "--scorers: names none"),
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


def run_child(world, die_at=None, name="scores.parquet", **options):
    """Score in a forked child that kills itself before its ``die_at``-th write; return the exit status."""
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)  # OpenMP's threads do not live on in a fork
        if die_at is not None:
            sys.addaudithook(make_killer(str(world / "out"), die_at))
        try:
            run_score(world, [*LINES, vcf_line("chrA", 30, "<DEL>")], name, shard_size=5, **options)
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
    names = [name for name in left(world) if not name.endswith((".run.json", ".parts"))]
    return [hashlib.sha256((world / "out" / name).read_bytes()).hexdigest() for name in names]


def clear(world):
    for path in (world / "out").iterdir():
        path.unlink()


@pytest.mark.slow
def test_score__killed_at_every_write_finishes_identically(world):
    write_vcf_text(world, LINES)
    assert wait_for(run_child(world)) == 0
    expected, names = digests(world), left(world)
    assert "scores.parquet.skipped.tsv" in names
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
@pytest.mark.parametrize(
    ("name", "options", "n_kills"),
    [
        ("scores.parquet", {}, 20),
        ("scores.tsv.gz", {"layout": "wide", "summary": 2}, 7),
        ("scores.h5", {"scorers": ["SAD", "SAR@5"], "tracks": ["dnase"]}, 7),
        ("scores.parquet", {"spread": "passes", "scorers": ["JS"]}, 7),
        ("scores.vcf.gz", {"scorers": ["SAR", "D2"]}, 7),
    ],
)
def test_score__killed_at_random_moments_finishes_identically(world, name, options, n_kills):
    rng = np.random.default_rng(1)
    write_vcf_text(world, LINES)
    started = time.monotonic()
    assert wait_for(run_child(world, name=name, **options)) == 0
    longest_s = time.monotonic() - started
    expected, names = digests(world), left(world)
    for _ in range(n_kills):
        clear(world)
        for _ in range(3):
            child = run_child(world, name=name, **options)
            time.sleep(rng.uniform(0, longest_s))
            os.kill(child, signal.SIGKILL)
            if wait_for(child) == 0 or left(world) == names:
                break
        else:
            assert wait_for(run_child(world, name=name, **options)) == 0
        assert digests(world) == expected


GTF = (
    'chrA\tx\texon\t21\t24\t.\t+\t.\tgene_id "G1"; gene_name "ABC"; transcript_id "T1";\n'
    'chrA\tx\texon\t33\t34\t.\t+\t.\tgene_id "G1"; gene_name "ABC"; transcript_id "T1";\n'
    'chrB\tx\texon\t1\t2\t.\t-\t.\tgene_id "G2"; transcript_id "T2";\n'
)


def test_score__genes_have_rows_of_their_own(world):
    (world / "genes.gtf").write_text(GTF)
    run_score(world, LINES, scorers=["SAD", "SED", "SAR@5"], genes=world / "genes.gtf")
    table = pd.read_parquet(world / "out" / "scores.parquet")
    assert list(table.columns)[-7:] == [*GENE_COLUMNS, "SAD", "SED", "SAR@5"]
    assert len(table) == 24 * 3 + (15 + 9) * 3  # every variant has one gene in reach
    own, of_gene = table[table["gene_id"] == ""], table[table["gene_id"] != ""]
    assert own[["SAD", "SAR@5"]].notna().all(axis=None)
    assert own["SED"].isna().all()
    assert of_gene["SED"].notna().all()
    assert of_gene[["SAD", "SAR@5"]].isna().all(axis=None)
    first = of_gene[of_gene["key"] == f"chrA:24:{GENOME['chrA'][23]}>A"].iloc[0]
    assert (first["gene_name"], first["gene_strand"], first["tss_distance"]) == ("ABC", "+", 3)


def test_score__gene_score_equals_the_slow_oracle(world):
    (world / "genes.gtf").write_text(GTF)
    run_score(world, [vcf_line("chrA", 22, "A")], scorers=["SED"], genes=world / "genes.gtf")
    table = pd.read_parquet(world / "out" / "scores.parquet")
    bases, start = GENOME["chrA"], 21 - 12  # first base of the window
    ref, alt = (
        predict_text(ToyModel(), window_text(bases, 22, letter, WINDOW_BP), "toy", PAIRS)
        for letter in (bases[21], "A")
    )
    read = bins_of_mask("exons", 22, "A", start + 4, 4, 4, [(20, 24), (32, 34)])
    expected = [sum(alt[b][t] - ref[b][t] for b in read) for t in range(3)]
    np.testing.assert_allclose(table["SED"], expected, atol=1e-5)


def test_score__tracks_that_are_asked_for(world):
    run_score(world, LINES, "all.parquet")
    run_score(world, LINES, "some.parquet", tracks=["dnase", "0"])
    every, some = (pd.read_parquet(world / "out" / f"{name}.parquet") for name in ("all", "some"))
    assert some["track_index"].tolist()[:2] == [2, 0]
    expected = pd.concat([every[every["track_index"] == index] for index in (2, 0)])
    merged = some.merge(expected, on=["key", "track_index"], suffixes=("", "_all"))
    assert len(merged) == len(some) == 48
    np.testing.assert_array_equal(merged["SAR"], merged["SAR_all"])
    assert read_top(world / "out" / "some.parquet.top.npz")["ref"].shape[2] == 2


def test_score__ensemble_is_the_mean_of_its_models(world, monkeypatch):
    (world / "run2" / "model").mkdir(parents=True)
    (world / "run2" / "model" / "model.safetensors").write_bytes(b"others")
    module = importlib.import_module("senformer.variants.request")
    monkeypatch.setattr(module, "load_run_model", lambda run: ToyModel(0.5 if run.name == "run2" else 1.0))
    run_score(world, LINES, "one.parquet")
    tables = {}
    vcf = world / "variants.vcf"
    for name, runs in (("two", world / "run2"), ("both", [world / "run", world / "run2"])):
        score(runs, world / "genome.fa", vcf, world / "out" / f"{name}.parquet", device="cpu")
        tables[name] = pd.read_parquet(world / "out" / f"{name}.parquet")
    one = pd.read_parquet(world / "out" / "one.parquet")
    assert list(tables["both"].columns)[-4:] == ["SAD", "SAD_sd", "SAR", "SAR_sd"]
    for name in ("SAD", "SAR"):
        pair = np.stack([one[name], tables["two"][name]])
        np.testing.assert_allclose(tables["both"][name], pair.mean(0), atol=1e-6)
        np.testing.assert_allclose(tables["both"][f"{name}_sd"], pair.std(0, ddof=1), atol=1e-6)
    record = json.loads((world / "out" / "both.parquet.run.json").read_text())
    assert record["inputs"]["model_2"]["sha256"] == hashlib.sha256(b"others").hexdigest()


def test_score__spread_over_strands_and_shifts(world):
    options = {"shifts_bp": [0, 1, -2], "scorers": ["SAD"]}
    run_score(world, LINES, "mean.parquet", **options)
    run_score(world, LINES, "passes.parquet", spread="passes", **options)
    mean, passes = (pd.read_parquet(world / "out" / f"{name}.parquet") for name in ("mean", "passes"))
    # SAD is linear: the mean of the scores is the score of the mean
    np.testing.assert_allclose(passes["SAD"], mean["SAD"], atol=1e-5)
    assert (passes["SAD_sd"] > 0).all()
    assert "SAD_sd" not in mean


def test_score__vcf_has_the_scores_of_the_table(world):
    ref = GENOME["chrA"][24:27]
    lines = [
        vcf_line("chrA", 21, ",".join(sorted(set("ACGT") - {GENOME["chrA"][20]})), "rs1"),
        vcf_line("chrA", 23, "<DEL>"),
        vcf_line("chrA", 25, f"{ref[0]},{ref}GT", ref=ref),
    ]
    run_score(world, lines, "table.parquet")
    run_score(world, lines, "out.vcf.gz")
    table = pd.read_parquet(world / "out" / "table.parquet")
    with pysam.VariantFile(str(world / "out" / "out.vcf.gz")) as file:
        records = list(file)
    assert [len(record.alts) for record in records] == [3, 1, 2]
    assert "SENFORMER_SAR" not in records[1].info
    first = table["file_line"].min()
    for record, line in ((records[0], first), (records[2], first + 2)):
        for allele, value in enumerate(record.info["SENFORMER_SAR.dnase"], 1):
            is_it = (table["file_line"] == line) & (table["file_allele"] == allele)
            expected = table[is_it & (table["track_name"] == "dnase")]["SAR"].item()
            np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_score__vcf_needs_a_vcf(world):
    with pytest.raises(UsageError, match="no file"):
        frame = pd.DataFrame({"chrom": ["chrA"], "pos": [30], "ref": ["A"], "alt": ["C"]})
        score(world / "run", world / "genome.fa", frame, world / "out" / "s.vcf")
    assert left(world) == []


@pytest.mark.parametrize("scorers", [["SAD", "D2", "JS"], ["SAX@5", "SED", "SAR@tss"]])
def test_score__other_strand_of_the_genome_scores_the_same(world, monkeypatch, scorers):
    """All is turned around; the middle of an odd window is one base on both strands."""
    model = ToyModel()
    model.window_bp, model.bin_bp, model.forward = 27, 3, forward_of_3(model)
    module = importlib.import_module("senformer.variants.request")
    monkeypatch.setattr(module, "load_run_model", lambda run: model)
    bases = GENOME["chrA"]
    genes = [(21, 24, "+"), (33, 34, "-")]
    tables = []
    for is_turned in (False, True):
        text = reverse_text(bases) if is_turned else bases
        (world / "genome.fa").write_text(f">chrA\n{text}\n")
        for left_over in world.glob("genome.fa.*"):
            left_over.unlink()
        lines, rows = [], []
        for position, alt in ((30, "A"), (27, "T")):
            at = len(bases) + 1 - position if is_turned else position
            other = reverse_text(alt) if is_turned else alt
            lines.append(f"chrA\t{at}\trs{position}\t{text[at - 1]}\t{other}\t.\t.\t.")
        for number, (start, end, strand) in enumerate(genes):
            if is_turned:
                start, end, strand = len(bases) + 1 - end, len(bases) + 1 - start, "+-"[strand == "+"]
            tail = f'\t.\t{strand}\t.\tgene_id "G{number}"; transcript_id "T";'
            rows += [f"chrA\tx\t{kind}\t{start}\t{end}{tail}" for kind in ("exon", "transcript")]
        (world / "genes.gtf").write_text("\n".join(rows) + "\n")
        (world / "variants.vcf").write_text(
            "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" + "\n".join(lines) + "\n"
        )
        out = world / "out" / f"{is_turned}.parquet"
        needs_genes = any(name.startswith("SED") or name.endswith("tss") for name in scorers)
        options = {"genes": world / "genes.gtf"} if needs_genes else {}
        score(
            world / "run",
            world / "genome.fa",
            world / "variants.vcf",
            out,
            scorers=scorers,
            device="cpu",
            **options,
        )
        table = pd.read_parquet(out).assign(gene=lambda rows: rows.get("gene_id", ""))
        tables.append(table)
    there = tables[1].assign(track_index=tables[1]["track_index"].map(dict(enumerate(PAIRS))))
    both = tables[0].merge(there, on=["variant_id", "gene", "track_index"], suffixes=("", "_there"))
    assert len(both) == len(tables[0]) == len(tables[1])
    for name in scorers:
        np.testing.assert_allclose(both[name], both[f"{name}_there"], atol=2e-5)
        assert both[name].abs().max() > 1e-4
    if "tss_distance" in both:
        np.testing.assert_array_equal(both["tss_distance"].fillna(0), both["tss_distance_there"].fillna(0))


def forward_of_3(model):
    """Return the toy's forward pass with bins of 3 bp."""

    def forward(inputs, heads=None):
        x = inputs if inputs.ndim == 3 else torch.eye(5, 4)[inputs.long()].transpose(1, 2)
        rate = torch.nn.functional.softplus(torch.nn.functional.conv1d(x, model.kernel, padding=3))
        return {"toy": rate.unflatten(2, (-1, 3)).mean(3).transpose(1, 2)[:, 1:-1]}

    return forward


def reverse_text(text):
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


@pytest.mark.parametrize("options", [{"layout": "wide"}, {"summary": 2}])
def test_score__other_shapes_of_the_same_numbers(world, options):
    run_score(world, LINES, "long.parquet")
    run_score(world, LINES, "other.tsv", shard_size=5, **options)
    table = pd.read_parquet(world / "out" / "long.parquet")
    if "layout" in options:
        wide = pd.read_csv(world / "out" / "other.tsv", sep="\t")
        expected = table.pivot_table("SAR", "key", "track_name")
        found = wide.set_index("key")[[f"SAR:{name}" for name in expected.columns]]
        np.testing.assert_allclose(found.loc[expected.index], expected, atol=1e-6)
    else:
        summary = pd.read_csv(world / "out" / "other.tsv.summary.tsv", sep="\t")
        best = summary[(summary["scorer"] == "SAR") & (summary["rank"] == 1)].set_index("key")["score"]
        np.testing.assert_allclose(
            best.abs(), table["SAR"].abs().groupby(table["key"]).max()[best.index], atol=1e-6
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scorers": ["SED"]}, "--genes: is missing, and SED reads genes"),
        ({"genes": Path("genes.gtf")}, "--genes: is read by none of the scorers"),
        ({"tracks": ["dnse"]}, "has no track 'dnse'. Did you mean 'dnase'"),
        ({"tracks": []}, "--tracks: names none"),
        ({"summary": -1}, "summary: is -1"),
        ({"spread": "folds"}, "no spread is called 'folds'"),
    ],
)
def test_score__wrong_choices_leave_nothing(world, options, message):
    with pytest.raises(ConfigError, match=message):
        run_score(world, LINES, **options)
    assert left(world) == []


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


# Chromosome, 1-based position, length of REF, ALT; ^ is the first base of REF. The window has 24 bp.
INDELS = [
    ("chrA", 20, 2, "^"), ("chrA", 20, 1, "^GGT"), ("chrA", 26, 5, "^"), ("chrA", 22, 3, "^TTTAT"),
    ("chrA", 22, 3, "GAT"), ("chrA", 1, 2, "C"), ("chrA", 60, 5, "^"), ("chrB", 5, 1, "^" + "T" * 30),
    ("chrA", 18, 28, "^"),
]  # fmt: skip


@pytest.mark.parametrize("indels", ["shift", "align"])
def test_score__insertions_and_deletions_equal_the_slow_oracle(world, indels):
    changes = []
    for chrom, position, width, alt in INDELS:
        ref = GENOME[chrom][position - 1 : position - 1 + width]
        changes.append((chrom, position, ref, alt.replace("^", ref[0])))
    lines = [vcf_line(chrom, position, alt, ref=ref) for chrom, position, ref, alt in changes]
    counts = run_score(world, lines, indels=indels)
    assert (counts["n_scored"], counts["skipped"]) == (len(INDELS), {})
    table = SCORES.read(world / "out" / "scores.parquet")
    for line, (chrom, position, ref, alt) in enumerate(changes):
        rows = table[table["file_line"] == line + 5]
        assert (rows["file_ref"].iloc[0], rows["file_alt"].iloc[0]) == (ref, alt)
        assert set(rows["indels"]) == {indels if len(ref) != len(alt) else "none"}
        sad, sar = score_change(
            ToyModel(), GENOME[chrom], position - 1, ref, alt, WINDOW_BP, BIN_BP, PAIRS, indels
        )
        np.testing.assert_allclose(rows["SAD"], sad, atol=1e-5, err_msg=f"{chrom}:{position}:{ref}>{alt}")
        np.testing.assert_allclose(rows["SAR"], sar, atol=1e-5)


@pytest.mark.parametrize("indels", ["shift", "align"])
def test_score__every_form_of_a_variant_has_the_same_scores(world, indels):
    # One T of two lost, in three forms; the last base of three changed, in two.
    groups = [
        [("chrA", 13, "AT", "A"), ("chrA", 14, "TT", "T"), ("chrA", 12, "CATTA", "CATA")],
        [("chrA", 24, "G", "C"), ("chrA", 22, "CGG", "CGC")],
    ]
    for number, group in enumerate(groups):
        tables = []
        for row, (chrom, position, ref, alt) in enumerate(group):
            out = f"{number}-{row}.parquet"
            run_score(world, [vcf_line(chrom, position, alt, ref=ref)], out, indels=indels)
            tables.append(SCORES.read(world / "out" / out))
        for table in tables[1:]:
            same = [name for name in table.columns if not name.startswith("file_")]
            pd.testing.assert_frame_equal(table[same], tables[0][same])
    assert tables[0]["SAD"].abs().max() > 1e-3


def test_score__snvs_are_the_same_whatever_indels_are_scored_by(world):
    for name in ("shift", "align"):
        run_score(world, LINES, f"{name}.tsv", indels=name)
    assert (world / "out" / "shift.tsv").read_bytes() == (world / "out" / "align.tsv").read_bytes()


@pytest.mark.parametrize("ref_alt", [("A", "C"), ("AGCA", "TGCC")])
def test_score__swapped_alleles_give_alt_minus_ref_of_the_file(world, ref_alt):
    ref, alt = ref_alt  # chrA has ref at position 16
    run_score(world, [vcf_line("chrA", 16, alt, ref=ref)], "plain.parquet")
    counts = run_score(world, [vcf_line("chrA", 16, ref, ref=alt)], "swapped.parquet", ref_mismatch="swap")
    assert counts["n_scored"] == 1
    plain, swapped = (SCORES.read(world / "out" / f"{name}.parquet") for name in ("plain", "swapped"))
    assert (plain["is_swapped"].any(), swapped["is_swapped"].all()) == (False, True)
    assert (swapped["ref"][0], swapped["alt"][0]) == (plain["alt"][0], plain["ref"][0])
    np.testing.assert_array_equal(swapped["SAD"], -plain["SAD"])
    np.testing.assert_array_equal(swapped["SAR"], -plain["SAR"])


def test_score__shared_windows_sum_the_same_bins(world):
    counts = run_score(world, LINES, max_offset_bp=2)
    assert counts["n_windows"] == 2
    table = SCORES.read(world / "out" / "scores.parquet")
    assert table.groupby("position")["offset_bp"].first().to_dict() == {
        3: -1, 4: 0, 5: 1, 20: -2, 21: -1, 22: 0, 23: 1, 24: 2,
    }  # fmt: skip
    for key, rows in table.groupby("key"):
        row = rows.iloc[0]
        center = row["position"] - 1 - row["offset_bp"]
        sad, _ = score_change(
            ToyModel(), GENOME[row["chrom"]], row["position"] - 1, row["ref"], row["alt"], WINDOW_BP, BIN_BP,
            PAIRS, "shift", center=center,
        )  # fmt: skip
        np.testing.assert_allclose(rows["SAD"], sad, atol=1e-5, err_msg=str(key))


def test_score__tables_ids_and_frames_score_as_a_vcf_does(world):
    run_score(world, LINES, "vcf.parquet")
    rows = [line.split("\t") for line in LINES]
    frame = pd.DataFrame(
        [(r[0], int(r[1]), r[3], r[4]) for r in rows], columns=["chrom", "pos", "ref", "alt"]
    )
    (world / "v.tsv").write_text(frame.to_csv(sep="\t", index=False))
    (world / "v.txt").write_text("".join(f"{r[0]}_{r[1]}_{r[3]}_{r[4]}\n" for r in rows))
    sources = {"tsv": world / "v.tsv", "ids": world / "v.txt", "frame": frame}
    expected = SCORES.read(world / "out" / "vcf.parquet").drop(columns=["file_line", "variant_id"])
    for name, source in sources.items():
        out = world / "out" / f"{name}.parquet"
        score(world / "run", world / "genome.fa", source, out, device="cpu")
        pd.testing.assert_frame_equal(SCORES.read(out).drop(columns=["file_line", "variant_id"]), expected)
    record = json.loads((world / "out" / "frame.parquet.run.json").read_text())
    assert record["inputs"]["variants"]["rows"] == len(rows)


def test_score__another_frame_does_not_go_on_from_an_unfinished_one(world, monkeypatch):
    frame = pd.DataFrame({"chrom": ["chrA"] * 2, "pos": [20, 22], "ref": ["A", "C"], "alt": ["G", "G"]})
    parts = importlib.import_module("senformer.variants.parts").Parts
    finish = parts.finish_shard

    def stop(self):
        finish(self)
        raise KeyboardInterrupt

    arguments = (world / "run", world / "genome.fa")
    with monkeypatch.context() as patched:
        patched.setattr(parts, "finish_shard", stop)
        with pytest.raises(KeyboardInterrupt):
            score(*arguments, frame, world / "out" / "s.parquet", device="cpu", shard_size=1)
    with pytest.raises(OutputError, match=r"unfinished work of another command \(other variants file\)"):
        score(
            *arguments, frame.assign(alt=["T", "G"]), world / "out" / "s.parquet", device="cpu", shard_size=1
        )
    assert score(*arguments, frame, world / "out" / "s.parquet", device="cpu", shard_size=1)["n_scored"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"indels": "shifts"}, "no way to score indels is called 'shifts'. Did you mean 'shift'"),
        ({"max_offset_bp": 8}, "max_offset_bp: is 8, and the output reaches 7 bp to either side"),
        ({"max_offset_bp": -1}, "max_offset_bp: is -1, at least 0"),
    ],
)
def test_score__wrong_ways_to_read_variants_leave_nothing(world, options, message):
    with pytest.raises(ConfigError, match=message):
        run_score(world, LINES, **options)
    assert left(world) == []
