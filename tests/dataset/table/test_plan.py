"""The plan of a table: tracks of the values, and a header that is the same in any folder."""

import shutil
from pathlib import Path

import pytest
from tests.dataset.table.toy import toy_config

from senformer.core.errors import MissingInputError
from senformer.dataset.table.plan import input_paths, make_table_plan, make_tracks


def test_make_tracks__pairs_and_scaling() -> None:
    plus, minus = make_tracks(toy_config(Path("t")))
    assert (plus.name, plus.strand, plus.strand_pair, plus.assay) == ("plus", "+", 1, "MPRA")
    assert (minus.index, minus.strand_pair, minus.scale) == (1, 0, 2.0)


def test_make_table_plan__header_holds_no_folder(tmp_path: Path, table_path: Path) -> None:
    copy = shutil.copy(table_path, tmp_path / table_path.name)
    here, there = make_table_plan(toy_config(table_path)), make_table_plan(toy_config(copy))
    assert here.header == there.header
    assert str(table_path.parent) not in str(here.header)
    assert here.inputs["rows 1"]["path"] == str(table_path)
    assert here.n_rows == 41


def test_input_paths__are_all_files(tmp_path: Path) -> None:
    config = toy_config(tmp_path / "t", inputs={"m": {"file": "m.npy"}})
    assert list(input_paths(config)) == ["rows 1", "input m"]
    with pytest.raises(MissingInputError, match="no such file"):
        make_table_plan(config)
