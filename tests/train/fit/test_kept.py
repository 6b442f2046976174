import numpy as np
import pytest

from senformer.core.errors import DataError, OutputError
from senformer.train.fit.kept import Kept


def test_kept__makes_a_part_once(tmp_path):
    calls = []

    def make():
        calls.append(1)
        return {"x": np.arange(6.0).reshape(2, 3).T}

    kept = Kept(tmp_path / "k", {"a": 1})
    assert "p" not in kept
    first = kept.part("p", make)
    again = Kept(tmp_path / "k", {"a": 1})
    assert ("p" in again, again.key) == (True, kept.key)
    np.testing.assert_array_equal(again.part("p", make)["x"], first["x"])
    assert len(calls) == 1


def test_kept__other_work_and_damage(tmp_path):
    Kept(tmp_path / "k", {"a": 1}).part("p", lambda: {"x": np.zeros(2)})
    with pytest.raises(OutputError, match=r"other a"):
        Kept(tmp_path / "k", {"a": 2})
    file = tmp_path / "k" / "p.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    with pytest.raises(DataError, match="damaged"):
        Kept(tmp_path / "k", {"a": 1})
