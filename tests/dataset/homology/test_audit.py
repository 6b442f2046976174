"""The auditor on splits with known leaks."""

import json

import numpy as np
import pandas as pd
import pytest
from benchmarks.homology_recall import Codes, plant, random_genome
from tests.dataset.toy import write_fasta

from senformer.core.errors import DataError, MissingInputError
from senformer.dataset.build import build
from senformer.dataset.homology.alignments import read_alignments
from senformer.dataset.homology.audit import audit, audit_against_card, audit_dataset
from senformer.dataset.homology.config import AlignmentConfig, SketchConfig

SMALL = SketchConfig(density_bp=2, min_length_bp=100)


def frame(*rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["chrom", "start", "end", "split"])


def leaks(found: dict) -> dict:
    return {(row["split"], row["against"]): row for row in found["leaks"]}


def test_audit__counts_copies_and_shared_bases():
    rng = np.random.default_rng(0)
    genome = random_genome(rng, {"c1": 50_000, "c2": 40_000})
    plant(rng, genome, ("c1", 10_000, 16_000), ("c2", 20_000), 0.95, True)
    regions = frame(("c1", 0, 50_000, "train"), ("c1", 48_000, 50_000, "valid"), ("c2", 0, 40_000, "test"))
    found = audit(regions, {"g": Codes(genome)})
    rows = leaks(found)
    assert rows["valid", "train"]["shared_bp"] == 2000
    assert rows["valid", "train"]["fraction"] == 1
    assert rows["test", "valid"]["leaked_bp"] == 0
    test = rows["test", "train"]
    assert test["shared_bp"] == 0
    assert 5600 < test["homologous_bp"] <= 6100
    assert test["fraction"] == test["leaked_bp"] / 40_000
    (worst,) = found["worst"]
    assert (worst["split"], worst["against"], worst["strand"]) == ("test", "train", "-")
    assert worst["region"].startswith("g c2:20,") or worst["region"].startswith("g c2:19,")
    assert worst["partner"].startswith("g c1:10,")
    assert abs(worst["identity"] - 0.95) < 0.02
    assert json.dumps(found)


def test_audit__only_what_is_in_both_splits_counts():
    rng = np.random.default_rng(1)
    genome = random_genome(rng, {"c1": 50_000, "c2": 40_000})
    plant(rng, genome, ("c1", 10_000, 20_000), ("c2", 20_000), 0.99)
    # Half of the copy is in test, and of its source the other half is in train.
    regions = frame(("c1", 0, 15_000, "train"), ("c2", 25_000, 40_000, "test"))
    assert leaks(audit(regions, {"g": Codes(genome)}))["test", "train"]["homologous_bp"] < 60
    regions = frame(("c1", 0, 15_000, "train"), ("c2", 15_000, 25_000, "test"))
    assert abs(leaks(audit(regions, {"g": Codes(genome)}))["test", "train"]["homologous_bp"] - 5000) < 100


def test_audit__a_match_that_leaks_both_ways_is_shown_at_its_places():
    codes = random_genome(np.random.default_rng(3), {"c": 40_000})
    regions = pd.concat(
        [
            frame(("c", 0, 20_000, first), ("c", 20_000, 40_000, second)).assign(genome=genome)
            for genome, first, second in (("one", "test", "train"), ("two", "train", "test"))
        ],
        ignore_index=True,
    )
    found = audit(regions, {"one": Codes(codes), "two": Codes(codes)})
    assert {row["region"].split(":")[0] + " " + row["partner"].split(":")[0] for row in found["worst"]} == {
        "one c two c",
        "two c one c",
    }
    for row in found["worst"]:
        start, end = (int(text.replace(",", "")) for text in row["region"].split(":")[1].split("-"))
        low, high = (1, 20_000) if row["region"].startswith("one") else (20_001, 40_000)
        assert low <= start < end <= high


def test_audit__by_an_alignment(tmp_path):
    (tmp_path / "a").write_text("chain 9 c1 100 + 10 60 q 90 - 20 70 1\n50\n")
    read = read_alignments([AlignmentConfig(file=str(tmp_path / "a"), query="mouse")], {"human": {"c1": 100}})
    regions = frame(("c1", 0, 40, "train"), ("q", 20, 90, "test")).assign(genome=["human", "mouse"])
    found = audit(regions, {}, links=(read.space, read.blocks))
    # Base 10 of c1 is base 69 of q; 10-40 are 40-70.
    assert leaks(found)["test", "train"]["homologous_bp"] == 30
    assert found["way"] == "alignments"
    assert found["worst"][0] == {
        "split": "test", "against": "train", "region": "mouse q:41-70", "partner": "human c1:11-40",
        "strand": "-", "bp": 30, "identity": None,
    }  # fmt: skip


def test_audit__a_region_off_the_genome_is_named():
    genome = random_genome(np.random.default_rng(2), {"c1": 1000})
    with pytest.raises(DataError, match=r"c1:900-1100 \(0-based\) is empty or leaves the 1,000 bp"):
        audit(frame(("c1", 900, 1100, "test")), {"g": Codes(genome)})


def copied_toy(toy, tmp_path):
    """Build the toy with a piece of chrA (train) copied into chrC (test)."""
    codes = {chrom: values.copy() for chrom, values in toy.codes.items()}
    codes["chrC"][1000:1500] = codes["chrA"][2000:2500]
    write_fasta(tmp_path / "copied.fa", codes)
    config = toy.config(genome=str(tmp_path / "copied.fa"))
    build(config, tmp_path / "data")
    return tmp_path / "data", tmp_path / "copied.fa"


def test_audit_dataset__from_the_store_or_the_genome(toy, tmp_path):
    data, fasta = copied_toy(toy, tmp_path)
    found = audit_dataset(data, config=SMALL)
    assert abs(leaks(found)["test", "train"]["homologous_bp"] - 500) < 40
    assert leaks(found)["valid", "train"]["leaked_bp"] == 0
    assert found == audit_dataset(data, fasta, SMALL)


def test_audit_dataset__another_genome_is_refused(toy, tmp_path):
    data, _ = copied_toy(toy, tmp_path)
    write_fasta(tmp_path / "other.fa", {"chrA": toy.codes["chrA"], "chrB": toy.codes["chrB"][:-1]})
    with pytest.raises(DataError, match=r"has 3,299 bp of chrB, the dataset 3,300") as caught:
        audit_dataset(data, tmp_path / "other.fa", SMALL)
    assert caught.value.code == "E466"


def test_audit_against_card__bases_seen_and_their_like(toy, tmp_path):
    data, _ = copied_toy(toy, tmp_path)
    card = {"training": {"intervals": {"toy": [["chrB", 0, 640], ["chrA", 1920, 2560]]}}}
    found = audit_against_card(data, card, config=SMALL)
    rows = leaks(found)
    assert rows["valid", "pretraining"]["shared_bp"] == 640
    assert abs(rows["test", "pretraining"]["homologous_bp"] - 500) < 40
    assert found["unknown_bp"] == 0
    assert {row["against"] for row in found["worst"]} >= {"pretraining"}


def test_audit_against_card__a_model_folder_of_more_chromosomes(toy, tmp_path):
    data, _ = copied_toy(toy, tmp_path)
    (tmp_path / "run" / "model").mkdir(parents=True)
    card = {"training": {"intervals": {"other": [["chrB", 0, 320], ["chrZ", 0, 1000]]}}}
    (tmp_path / "run" / "model" / "card.json").write_text(json.dumps(card))
    found = audit_against_card(data, tmp_path / "run", config=SMALL)
    assert found["unknown_bp"] == 1000
    assert leaks(found)["valid", "pretraining"]["shared_bp"] == 320


@pytest.mark.parametrize(
    ("intervals", "words"),
    [
        ({}, "gives no training intervals"),
        ({"a": [["chrA", 0, 5]], "b": []}, "gives training intervals of a, b, none of 'toy'"),
    ],
)
def test_audit_against_card__cards_that_do_not_say(toy, tmp_path, intervals, words):
    data, _ = copied_toy(toy, tmp_path)
    with pytest.raises(DataError) as caught:
        audit_against_card(data, {"training": {"intervals": intervals}})
    assert caught.value.code == "E465"
    assert words in str(caught.value)


def test_audit_against_card__no_card(toy, tmp_path):
    data, _ = copied_toy(toy, tmp_path)
    with pytest.raises(MissingInputError, match=r"holds no card\.json"):
        audit_against_card(data, tmp_path)


def test_audit_dataset__a_table_has_no_genome(tmp_path):
    from tests.dataset.table.toy import toy_config, toy_rows, write_table

    from senformer.dataset import build_dataset

    build_dataset(toy_config(write_table(tmp_path / "t.tsv", toy_rows())), tmp_path / "d")
    with pytest.raises(DataError, match="is a table: its rows are sequences without a genome"):
        audit_dataset(tmp_path / "d")
