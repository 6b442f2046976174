import json
import sys

import numpy as np
from benchmarks.homology_recall import plant, random_genome
from tests.dataset.toy import write_fasta

from benchmarks import leakage


def run(monkeypatch, *words) -> None:
    monkeypatch.setattr(sys, "argv", ["leakage", *map(str, words)])
    leakage.main()


def test_leakage__three_splits_of_a_genome(tmp_path, monkeypatch, capsys):
    rng = np.random.default_rng(0)
    genome = random_genome(rng, {"c1": 120_000, "c2": 60_000, "c3": 60_000})
    plant(rng, genome, ("c1", 10_000, 20_000), ("c3", 20_000), 0.95)
    write_fasta(tmp_path / "g.fa", genome)
    out = tmp_path / "x.json"
    words = ("--genome", tmp_path / "g.fa", "--valid", "c2", "--test", "c3", "--window-bp", 600, "--out", out)
    run(monkeypatch, *words)
    found = json.loads(out.read_text())
    leaks = {
        name: {(row["split"], row["against"]): row["leaked_bp"] for row in result["leaks"]}
        for name, result in found["splits"].items()
    }
    assert abs(leaks["chromosomes"]["test", "train"] - 10_000) < 600
    assert leaks["random windows"]["test", "train"] > 0
    assert set(leaks["homology"].values()) == {0}
    assert set(found["finer"]) == set(found["splits"])
    assert "splits homology" in capsys.readouterr().out


def test_leakage__splits_of_a_chain(tmp_path, monkeypatch):
    blocks = "\n".join(["90 10 12"] * 400 + ["90"])
    width = 400 * 100 + 90, 400 * 102 + 90
    (tmp_path / "a.chain").write_text(
        f"chain 1 chrA 20000000 + 1000 {1000 + width[0]} q1 24000000 - 2000 {2000 + width[1]} 1\n{blocks}\n"
    )
    out = tmp_path / "x.json"
    run(monkeypatch, "--chain", tmp_path / "a.chain", "--window-bp", 2000, "--out", out)
    found = json.loads(out.read_text())
    leaks = {
        name: sum(row["leaked_bp"] for row in result["leaks"]) for name, result in found["splits"].items()
    }
    assert leaks["homology"] == 0
    assert leaks["random windows"] > 0
    # Every aligned base of either genome has its partner in the other split.
    assert leaks["chromosomes"] == 2 * found["aligned_bp"] == 2 * 401 * 90
