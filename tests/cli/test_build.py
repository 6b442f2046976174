import json

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


def test_build__several_genomes_into_one_folder(senformer, tmp_path):
    from tests.dataset.toy import write_toy

    toy = write_toy(tmp_path)
    config = tmp_path / "two.yaml"
    config.write_text(
        "dataset:\n"
        "  window_bp: 320\n  bin_bp: 16\n  crop_bins: 3\n"
        "  split: {by: chromosome, valid: [chrB], test: [chrC]}\n"
        "  genomes:\n"
        f"    worm: {{genome: {toy.genome}, tracks: {toy.table}}}\n"
        f"    fly: {{genome: {toy.genome}, tracks: {toy.table}, stride_bp: 160}}\n"
    )
    answer = senformer("build", config, "--out", tmp_path / "both")
    assert answer.code == 0, answer.err
    assert f"Dataset {tmp_path}/both/worm: 5 tracks\n  windows: train 15" in answer.out
    assert f"Dataset {tmp_path}/both/fly: 5 tracks" in answer.out
    answer = senformer("verify", tmp_path / "both")
    assert "collection of 2 datasets verified (SHA-256 of every stored file)" in answer.out
    answer = senformer("build", config, "--genome", toy.genome, "--out", tmp_path / "more")
    assert (answer.code, "key 'genome' stands beside 'genomes'" in answer.err) == (78, True)


def test_build__plan_only_writes_nothing(senformer, tmp_path):
    from tests.dataset.toy import write_toy

    toy = write_toy(tmp_path)
    config = tmp_path / "x.yaml"
    config.write_text(json.dumps({"dataset": toy.values()}))
    answer = senformer("build", config, "--out", tmp_path / "d", "--plan-only")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("Plan: 5 tracks, 3 chromosomes, 6 pieces, about ")
    plan = json.loads(senformer("build", config, "--out", tmp_path / "d", "--plan-only", "--json").out)
    assert plan["windows"] == {"train": 17, "valid": 14, "test": 10}
    assert plan["estimated_bytes"]["total"] > plan["estimated_bytes"]["tracks"] > 0
    assert not (tmp_path / "d").exists()


def test_build__plan_leaves_out_windows_of_chromosomes_that_no_track_lists(senformer, tmp_path):
    from tests.dataset.toy import TABLE, write_toy

    toy = write_toy(tmp_path)
    rows = TABLE.splitlines(keepends=True)
    toy.table.write_text(rows[0] + rows[4].replace("3\tchip", "0\tchip").replace(".\t3", ".\t0"))
    config, split = tmp_path / "x.yaml", {"by": "chromosome", "train": ["chrA", "chrC"], "valid": ["chrB"]}
    config.write_text(json.dumps({"dataset": toy.values(split=split)}))
    answer = senformer("build", config, "--out", tmp_path / "d", "--plan-only")
    assert answer.code == 0, answer.err
    assert (
        "windows: train 17, valid 14, test 0\n  dropped windows: unmeasured 10 (no track lists" in answer.out
    )
    plan = json.loads(senformer("build", config, "--out", tmp_path / "d", "--plan-only", "--json").out)
    built = json.loads(senformer("build", config, "--out", tmp_path / "d", "--json").out)
    assert plan["unmeasured"] == built["dropped_windows"]["unmeasured"] == 10


def test_build__plan_of_another_kind_is_refused(senformer, tmp_path):
    config = tmp_path / "x.yaml"
    values = {"kind": "tfrecord", "records": str(tmp_path)}
    config.write_text(json.dumps({"dataset": values}))
    answer = senformer("build", config, "--out", tmp_path / "d", "--plan-only")
    assert answer.code == 78, answer.err
    assert "error[E419]" in answer.err
    assert "a dataset of kind 'tfrecord' cannot be planned without building it" in answer.err


def test_build__tells_places_and_negatives(senformer, tmp_path):
    from tests.dataset.toy import write_toy

    toy = write_toy(tmp_path)
    places = "chrA\t400\t500\nchrA\t1990\t2010\nchrB\t500\t700\nchrA\t440\t460\nchrC\t900\t990\n"
    (tmp_path / "p.bed").write_text(places)
    values = toy.values(
        regions={"peaks": str(tmp_path / "p.bed"), "summit": False}, negatives={"kind": "genomic"}
    )
    (tmp_path / "c.yaml").write_text(json.dumps({"dataset": values}))
    answer = senformer("build", tmp_path / "c.yaml", "--out", tmp_path / "d")
    assert answer.code == 0, answer.err
    assert "regions: merged 1, centers 4" in answer.out
    assert "wanted 4, drawn 4" in answer.out


def test_build__says_which_split_missed_its_share(senformer, tmp_path):
    from tests.dataset.toy import write_toy

    toy = write_toy(tmp_path)
    config = tmp_path / "x.yaml"
    config.write_text(json.dumps({"dataset": toy.values(exclude=["chrB:1-2,900"])}))
    answer = senformer("build", config, "--out", tmp_path / "e")
    assert "splits far from their share of the windows: valid 7.4% of aimed 34.1%" in answer.out
    assert "warning[E454]" in answer.err


def test_build__tells_what_a_join_left_out(senformer, tmp_path):
    bases = ("ACGTTGCA", "GGGTTGCA", "CCGTAGCA", "TTTTTGCC")
    names = ("train", "valid", "test", "none")
    (tmp_path / "x.fa").write_text("".join(f">{name}\n{b}\n" for name, b in zip(names, bases, strict=True)))
    (tmp_path / "v.csv").write_text("id,y,split\ntest,1,test\nvalid,2,valid\ntrain,3,train\na,1,x\nb,1,x\n")
    rows = {"file": str(tmp_path / "x.fa"), "join": {"file": str(tmp_path / "v.csv")}}
    values = {"kind": "table", "rows": [rows], "id": "id", "sequence": "sequence", "values": ["y"]}
    values |= {"window_bp": 8, "split": {"by": "column", "column": "split"}}
    (tmp_path / "c.yaml").write_text(json.dumps({"dataset": values}))
    answer = senformer("build", tmp_path / "c.yaml", "--out", tmp_path / "d")
    assert answer.code == 65
    assert "error[E426]" in answer.err
    assert "lacks the ids of 1 row: 'none'" in answer.err
    assert not (tmp_path / "d").exists()
    rows["join"]["unmatched"] = "leave_out"
    (tmp_path / "c.yaml").write_text(json.dumps({"dataset": values}))
    answer = senformer("build", tmp_path / "c.yaml", "--out", tmp_path / "d")
    assert answer.code == 0, answer.err
    assert "rows: train 1, valid 1, test 1" in answer.out
    assert "left out by join: rows without a partner 1, names that no row has 2" in answer.out
