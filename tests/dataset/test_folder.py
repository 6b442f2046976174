"""The folder of a build: what is refused, and what is left of it."""

import json
from pathlib import Path

import pytest

from senformer.core.errors import OutputError
from senformer.dataset.folder import clear_folder, refuse_foreign, refuse_other


def test_refuse_foreign__takes_new_empty_and_begun_folders(tmp_path: Path) -> None:
    refuse_foreign(tmp_path / "new")
    refuse_foreign(tmp_path)
    (tmp_path / ".partial-7-x").touch()
    refuse_foreign(tmp_path)
    (tmp_path / "dataset.json").touch()
    refuse_foreign(tmp_path)


def test_refuse_foreign__refuses_what_is_no_build(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(OutputError, match="the output folder exists"):
        refuse_foreign(tmp_path)
    with pytest.raises(OutputError, match="the output file exists"):
        refuse_foreign(tmp_path / "thesis.txt")


def test_refuse_other__names_the_first_three_values(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text(json.dumps({"a": {"b": 1}, "c": 1, "d": 1, "e": 1, "same": 1}))
    refuse_other(tmp_path, {"a": {"b": 1}, "c": 1, "d": 1, "e": 1, "same": 1})
    with pytest.raises(OutputError, match=r"a\.b was 1, now 2; c was 1, now 2; d was 1, now 2; and 1 more"):
        refuse_other(tmp_path, {"a": {"b": 2}, "c": 2, "d": 2, "e": 2, "same": 1})


def test_clear_folder__keeps_the_lock(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / "shards").mkdir()
    (tmp_path / "dataset.json").touch()
    clear_folder(tmp_path)
    assert [child.name for child in tmp_path.iterdir()] == [".lock"]
