"""Splits by a table of ids: every id of either table is in the other, once."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.dataset.table.toy import toy_config, toy_rows, write_table

from senformer.core.config import parse
from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.dataset import build_dataset, open_dataset
from senformer.dataset.manifest import read_json
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.file_split import ByFile
from senformer.dataset.table.split_config import TableSplitConfig

SPLIT = {"a": "train", "b": "val", "c": "test", "d": "training", "e": "dev"}
FOLD = {"a": "0", "b": "1", "c": "fold2", "d": "3", "e": "1"}


def written(path: Path, by_id: dict[str, str], column: str = "split", name: str = "id") -> Path:
    path.write_text("".join([f"{name}\t{column}\n", *(f"{key}\t{text}\n" for key, text in by_id.items())]))
    return path


def splitter(path: Path, **keys: object) -> ByFile:
    return ByFile(parse(TableSplitConfig, {"by": "file", "path": str(path), **keys}, "split"), "name")


def fed(found: ByFile, *parts: list[str]) -> list[int]:
    first = 2
    for texts in parts:
        found.add(Chunk(Path("rows.tsv"), {"name": pa.array(texts)}, np.arange(first, first + len(texts))))
        first += len(texts)
    return found.codes().tolist()


@pytest.mark.parametrize("name", ["id", "name"])
def test_by_file__splits_in_any_order(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "s.tsv", SPLIT, name=name)
    # Rows of one name, where they are kept, go together.
    assert fed(splitter(path), ["c", "a", "b"], ["e", "d", "c"]) == [2, 0, 1, 1, 0, 2]


def test_by_file__folds(tmp_path: Path) -> None:
    path = written(tmp_path / "s.tsv", FOLD, "fold")
    assert fed(splitter(path, test_fold=2, valid_fold=[1]), list("abcde")) == [0, 1, 2, 0, 1]
    with pytest.raises(DataError, match=r"s\.tsv: names folds, and split\.test_fold chooses none"):
        splitter(path)
    with pytest.raises(ConfigError, match="no fold is called 'fold7'"):
        splitter(path, test_fold=7)
    with pytest.raises(ConfigError, match="fold 'fold1' is both test and valid"):
        splitter(path, test_fold=1, valid_fold=1)


@pytest.mark.parametrize("text", ["", "NA", "."])
def test_by_file__an_id_without_a_fold_is_no_train_row(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "s.tsv", {**FOLD, "f": text}, "fold")
    with pytest.raises(DataError, match=r"s\.tsv line 7.*is no fold\. Give every id one") as caught:
        splitter(path, test_fold=0)
    assert caught.value.code == "E425"


def test_by_file__a_name_of_other_digits_is_a_name(tmp_path: Path) -> None:
    path = written(tmp_path / "s.tsv", {"a": "0", "b": "\u00b2"}, "fold")
    assert fed(splitter(path, test_fold=0), ["a", "b"]) == [2, 0]


def test_by_file__refuses_rows_that_it_lacks_and_ids_without_row(tmp_path: Path) -> None:
    path = written(tmp_path / "s.tsv", SPLIT)
    with pytest.raises(DataError) as fault:
        fed(splitter(path), ["a", "v", "w"], ["x", "y", "b"])
    assert "s.tsv: lacks the ids of 4 rows: 'v' (rows.tsv line 3), 'w' (rows.tsv line 4), 'x' (" in str(
        fault.value
    )
    with pytest.raises(DataError, match=r"names 3 ids that no row has: 'b' \(line 3\), 'd' \(line 5\), 'e'"):
        fed(splitter(path), ["a", "c"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "id\tsplit\na\ttrain\nb\ttset\n",
            "line 3, column 'split': 'tset' means no split. Did you mean 'test'?",
        ),
        ("id\tsplit\na\ttrain\nb\ttest\na\ttest\n", "line 4: names 'a' again, which line 2 names"),
        ("id\tsplits\na\ttrain\n", "has no column 'split'"),
        ("split\tx\ntrain\t1\n", "has no column 'id'"),
        ("id\tsplit\n", "names no id"),
    ],
)
def test_by_file__refuses_a_file(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "s.tsv").write_text(text)
    with pytest.raises(DataError) as fault:
        splitter(tmp_path / "s.tsv")
    assert message in str(fault.value)


def test_by_file__in_a_build(tmp_path: Path) -> None:
    rows = toy_rows()
    path = write_table(tmp_path / "t.tsv", rows)
    ids = written(tmp_path / "ids.tsv", {row["name"]: row["split"] for row in reversed(rows)})
    config = toy_config(path, split={"by": "file", "path": str(ids)})
    build_dataset(config, tmp_path / "d")
    known = {"train": "train", "val": "valid", "test": "test"}
    assert open_dataset(tmp_path / "d").rows["split"].tolist() == [known[row["split"]] for row in rows]
    header = read_json(tmp_path / "d" / "dataset.json")
    assert header["config"]["split"]["path"] == "ids.tsv"
    assert "split" in header["inputs"]
    ids.unlink()
    with pytest.raises(MissingInputError, match=r"ids\.tsv: no such file"):
        build_dataset(config, tmp_path / "e")
    assert not (tmp_path / "e").exists()


def test_by_file__needs_an_id() -> None:
    with pytest.raises(ConfigError, match="split by 'file' needs id"):
        toy_config(Path("t"), id=None, split={"by": "file", "path": "x"})
    for split in ({"by": "file"}, {"by": "file", "path": "x", "valid_fold": 1}):
        with pytest.raises(ConfigError, match=r"path is missing|test_fold names none"):
            toy_config(Path("t"), split=split)
