import json

import pytest

from senformer.core.errors import DataError
from senformer.train.curve import Curve


def test_curve__lines_gathered_then_written(tmp_path):
    curve = Curve(tmp_path / "metrics.jsonl")
    curve.add(step=1, loss=0.1)
    curve.add(step=2, loss=None)
    assert not curve.path.exists()
    size = curve.flush()
    assert size == curve.path.stat().st_size
    assert [json.loads(line) for line in curve.path.read_text().splitlines()] == [
        {"step": 1, "loss": 0.1},
        {"step": 2, "loss": None},
    ]
    assert curve.flush() == size


def test_curve__empty_has_no_bytes(tmp_path):
    assert Curve(tmp_path / "metrics.jsonl").flush() == 0


def test_curve__numbers_survive_exactly(tmp_path):
    curve = Curve(tmp_path / "metrics.jsonl")
    curve.add(loss=0.1 + 0.2)
    curve.flush()
    assert json.loads(curve.path.read_text())["loss"] == 0.1 + 0.2


def test_roll_back__torn_line_goes(tmp_path):
    curve = Curve(tmp_path / "metrics.jsonl")
    curve.add(step=1)
    size = curve.flush()
    with curve.path.open("a") as handle:
        handle.write('{"step": 2, "lo')
    curve.add(step=9)
    curve.roll_back(size)
    curve.flush()
    assert curve.path.read_text() == '{"step": 1}\n'


def test_roll_back__shorter_file_named(tmp_path):
    curve = Curve(tmp_path / "metrics.jsonl")
    with pytest.raises(DataError) as caught:
        curve.roll_back(12)
    assert "metrics.jsonl: has 0 bytes, the checkpoint was made when it had 12" in str(caught.value)
