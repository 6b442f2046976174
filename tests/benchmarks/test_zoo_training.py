import gzip
from pathlib import Path

import numpy as np
import pytest
from benchmarks.zoo_training import CONFIGS, K, below, count_kmers, keep_rows, ridge, run

from senformer.core.config import read_yaml
from senformer.dataset import open_dataset
from senformer.dataset.kinds import build_dataset, parse_dataset
from senformer.genome.sequence import encode, reverse_complement
from senformer.model.zoo import MODELS

TABLES = [path for path in sorted(CONFIGS.glob("*.yaml")) if "kind: table" in path.read_text()]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_configs__are_datasets_of_known_models(path):
    values = read_yaml(path)
    parse_dataset(below(values["dataset"], Path("data")), path.stem)
    model = values["model"]
    assert (model if isinstance(model, str) else model["name"]) in MODELS


def test_below__paths_alone_are_moved():
    section = {"rows": ["a.tsv", {"file": "b.fa", "columns": {"label": 1}}], "sequence": "sequence"}
    found = below(section, Path("data"))
    assert found["rows"] == ["data/a.tsv", {"file": "data/b.fa", "columns": {"label": 1}}]
    assert found["sequence"] == "sequence"


def test_keep_rows__lines_with_the_wanted_values(tmp_path):
    with gzip.open(tmp_path / "all.tsv.gz", "wt") as lines:
        lines.write("set\tmedium\tvalue\na\tx\t1\na\ty\t2\nb\tx\t3\n")
    keep_rows(tmp_path / "all.tsv.gz", {"set": "a", "medium": "y"}, tmp_path / "kept.tsv")
    assert (tmp_path / "kept.tsv").read_text() == "set\tmedium\tvalue\na\ty\t2\n"


def test_count_kmers__equals_counting_words_of_both_strands():
    codes = np.stack([encode("ACGTTNACGTTGA"), encode("TTTTTTTNNNNNN")])
    counts = count_kmers(codes)
    for row, one in enumerate(codes):
        slow = np.zeros(4**K)
        for strand in (one, reverse_complement(one[None])[0]):
            for first in range(len(strand) - K + 1):
                word = strand[first : first + K].tolist()
                if max(word) < 4:
                    slow[int("".join(map(str, word)), 4)] += 1
        np.testing.assert_array_equal(counts[row], slow)
    assert counts.sum() > 0


def test_run__rows_that_are_kept_are_trained_evaluated_and_held_against_the_bar(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    lines = ["sequence\tset\tsplit\tactivity"]
    for number in range(60):
        bases = "".join(rng.choice(list("ACGT"), 20))
        split = ("train", "train", "test")[number % 3]
        lines.append(f"{bases}\t{'ab'[number % 2]}\t{split}\t{bases.count('G')}")
    with gzip.open(tmp_path / "rows.tsv.gz", "wt") as table:
        table.write("\n".join(lines) + "\n")
    (tmp_path / "toy.yaml").write_text(CONFIG)
    monkeypatch.setattr("benchmarks.zoo_training.CONFIGS", tmp_path)
    found = run("toy", tmp_path, tmp_path / "out")
    assert found["rows"] == {"train": 20, "test": 10}
    assert found["test"]["n_windows"] == 10
    assert -1 <= found["ridge"]["activity"] <= 1
    assert run("toy", tmp_path, tmp_path / "out")["test"] == found["test"]


CONFIG = """
dataset:
  kind: table
  organism: toy
  rows: rows.tsv.gz
  sequence: sequence
  values: [activity]
  window_bp: 20
  split: {by: column, column: split}
keep: {set: a}
model: {name: deepbind, activation: linear}
train: {steps: 2, batch_size: 4, loss: mse, device: cpu}
"""


def test_ridge__reads_the_rows_of_its_split_where_some_were_left_out(tmp_path):
    """A train row that a test row repeats is left out: windows behind it are not numbered as rows are."""
    rng = np.random.default_rng(1)
    rows = ["".join(rng.choice(list("ACGT"), 20)) for _ in range(60)]
    rows[0] = rows[59]
    lines = ["sequence\tsplit\tactivity"]
    lines += [f"{row}\t{'train' if n < 40 else 'test'}\t{row.count('G')}" for n, row in enumerate(rows)]
    (tmp_path / "rows.tsv").write_text("\n".join(lines) + "\n")
    section = {
        "kind": "table",
        "organism": "made",
        "rows": str(tmp_path / "rows.tsv"),
        "sequence": "sequence",
        "values": {"activity": {"column": "activity"}},
        "window_bp": 20,
        "leaks": "drop",
        "split": {"by": "column", "column": "split"},
    }
    build_dataset(parse_dataset(section, "made"), tmp_path / "data")
    dataset = open_dataset(tmp_path / "data")
    assert len(dataset.windows) == 59
    seen = []
    read = dataset.read_values
    dataset.read_values = lambda rows: seen.append(rows.tolist()) or read(rows)
    ridge(dataset)
    assert seen == [list(range(1, 40)), list(range(40, 60))]
