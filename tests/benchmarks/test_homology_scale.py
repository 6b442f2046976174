import json
import sys

from benchmarks import homology_scale


def test_main__at_toy_size(tmp_path, monkeypatch):
    out = tmp_path / "x.json"
    words = ["--bp", "3600000", "--folder", str(tmp_path), "--out", str(out), "--workers", "1"]
    monkeypatch.setattr(sys, "argv", ["homology_scale", *words])
    homology_scale.main()
    found = json.loads(out.read_text())
    assert found["report"]["in_no_fold_bp"] == 24 * 1500
    assert found["peak_gib"] > 0
    assert all(row["leaked_bp"] == 0 for row in found["report"]["leaks"])
