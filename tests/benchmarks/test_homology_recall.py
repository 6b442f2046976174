import json
import sys

import pytest

from benchmarks import homology_recall
from senformer.dataset.homology.config import SketchConfig


def test_measure__finds_long_similar_copies():
    found = homology_recall.measure(3, SketchConfig(), lengths_bp=(5_000,), identities=(0.9, 0.99))
    assert [row["recall"] for row in found["rows"]] == [1, 1]
    assert [row["copies"] for row in found["rows"]] == [3, 3]


@pytest.mark.slow
def test_measure__bars(monkeypatch):
    # In so small a genome no family has enough copies to be told from duplications.
    monkeypatch.setattr(homology_recall, "sprinkle", lambda rng, codes: None)
    found = homology_recall.measure(25, SketchConfig(), lengths_bp=(5_000, 20_000), identities=(0.9, 0.95))
    assert found["precision"] >= 0.95
    assert all(row["recall"] >= 0.9 for row in found["rows"])


def test_main__writes_the_table(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(homology_recall, "LENGTHS_BP", (2_000,))
    monkeypatch.setattr(homology_recall.measure, "__defaults__", (0, (2_000,), (0.95,)))
    out = tmp_path / "r.json"
    monkeypatch.setattr(sys, "argv", ["homology_recall", "--copies", "2", "--out", str(out)])
    homology_recall.main()
    assert json.loads(out.read_text())["rows"][0]["length_bp"] == 2000
    assert "recall" in capsys.readouterr().out
