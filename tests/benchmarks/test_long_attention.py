import json
import sys

import pytest

from benchmarks import long_attention


def test_measure__row(monkeypatch):
    monkeypatch.setattr("senformer.model.positions.table.WHOLE_BINS", 1000)
    row = long_attention.measure(2048, "bigbird")
    # Two times 4 heads of 16, and 4 of 32, in float32.
    assert (row["operand_bytes"], row["output_bytes"]) == (2048 * 4 * 64 * 4, 2048 * 4 * 32 * 4)
    assert row["seconds"] >= 0


def test_main__prints_json(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["long_attention", "--bins", "192", "--kind", "dense"])
    long_attention.main()
    assert json.loads(capsys.readouterr().out)["bins"] == 192


def test_main__unknown_kind(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["long_attention", "--kind", "sparse"])
    with pytest.raises(SystemExit):
        long_attention.main()
    assert "invalid choice: 'sparse'" in capsys.readouterr().err
