import json
import sys

import pytest

from benchmarks import leakage_figure


def audited(fraction):
    rows = [{"split": "valid", "against": "train", "fraction": 0.5}]
    return {"leaks": [*rows, {"split": "test", "against": "train", "fraction": fraction}]}


def measured(fraction):
    return {way: audited(fraction) for way in leakage_figure.WAYS}


def recall():
    kinds = [(length, identity) for length in (1000, 5000) for identity in (0.8, 0.9)]
    return {"rows": [{"length_bp": length, "identity": i, "recall": i} for length, i in kinds]}


def test_test_share__is_that_of_test_in_train():
    assert leakage_figure.test_share(audited(0.064)) == pytest.approx(6.4)
    assert leakage_figure.test_share({"leaks": []}) == 0


def test_main__draws_what_was_measured(tmp_path, monkeypatch):
    found = {
        "genome": {"splits": measured(0.06), "finer": measured(0.12)},
        "chain": {"splits": measured(0.09)},
        "recall": recall(),
    }
    given = []
    for name, values in found.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(values))
        given += [f"--{name}", str(tmp_path / f"{name}.json")]
    out = tmp_path / "figure.svg"
    monkeypatch.setattr(sys, "argv", ["leakage_figure", *given, "--out", str(out)])
    leakage_figure.main()
    first = out.read_text()
    assert first.startswith("<?xml")
    assert first == leakage_figure.draw(*found.values())
    found["chain"]["splits"] = measured(0.01)
    assert first != leakage_figure.draw(*found.values())
