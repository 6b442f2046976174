"""Rows of several files: formats told apart by content, added columns, and what is refused."""

from pathlib import Path

import pytest
from tests.dataset.table.toy import toy_config, toy_rows, write_table

from senformer.core.errors import ConfigError, MissingInputError
from senformer.dataset.table.rows import read_rows, wanted_columns


def test_wanted_columns__are_those_that_the_configuration_names(tmp_path: Path) -> None:
    config = toy_config(tmp_path / "t.tsv")
    assert wanted_columns(config) == ["name", "seq", "plus", "minus", "half_life", "gc", "split"]


def test_read_rows__files_one_after_the_other_with_their_added_columns(tmp_path: Path) -> None:
    rows = toy_rows()
    first = write_table(tmp_path / "a.tsv", rows[:20])
    second = write_table(tmp_path / "b.csv.gz", rows[20:], ",")
    sources = [{"file": str(first)}, {"file": str(second), "columns": {"split": "test", "gc": 1.5}}]
    chunks = list(read_rows(toy_config(first, rows=sources)))
    assert [chunk.path.name for chunk in chunks] == ["a.tsv", "b.csv.gz"]
    names = [name for chunk in chunks for name in chunk.columns["name"].to_pylist()]
    assert names == [row["name"] for row in rows]
    assert set(chunks[1].columns["split"].to_pylist()) == {"test"}
    assert set(chunks[1].columns["gc"].to_pylist()) == {"1.5"}
    assert chunks[0].columns["split"].to_pylist() == [row["split"] for row in rows[:20]]


def test_read_rows__refuses_a_missing_file_and_an_unused_column(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"gone\.tsv: no such file"):
        list(read_rows(toy_config(tmp_path / "gone.tsv")))
    path = write_table(tmp_path / "a.tsv", toy_rows())
    with pytest.raises(ConfigError, match="adds column 'lable', which nothing in the configuration uses"):
        list(read_rows(toy_config(path, rows=[{"file": str(path), "columns": {"lable": 1}}])))
