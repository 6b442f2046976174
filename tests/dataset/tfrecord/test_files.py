"""Names of files: their order, and the ones that tell nothing."""

from pathlib import Path

import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.dataset.tfrecord.files import find_files


def make(folder: Path, *names: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return str(folder)


def test_find_files__by_split_then_last_number(tmp_path: Path) -> None:
    names = ["valid-0.tfr", "train-10.tfr", "test-0.tfr", "train-9.tfr", "train-2.tfr", "notes.txt"]
    make(tmp_path / "tfrecords", *names)
    found = find_files(str(tmp_path))
    assert [file.name for file in found] == ["train-2", "train-9", "train-10", "valid-0", "test-0"]
    assert [(file.label, file.number) for file in found][2:4] == [("train", 10), ("valid", 0)]


def test_find_files__folds_and_numbers_of_numbers(tmp_path: Path) -> None:
    folder = make(tmp_path, "fold10-0.tfr", "fold2-1.tfr", "cage10-train-00001-of-00100.tfrecord")
    found = find_files(folder)
    assert [(file.label, file.number) for file in found] == [("train", 1), ("fold2", 1), ("fold10", 0)]


def test_find_files__a_list(tmp_path: Path) -> None:
    folder = make(tmp_path, "test-1.tfr", "test-0.tfr")
    assert [file.number for file in find_files([f"{folder}/test-1.tfr", f"{folder}/test-0.tfr"])] == [0, 1]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["part-0.tfr"], "part-0.tfr: its name does not tell which split it is of"),
        (["train-valid-0.tfr"], "its name does not tell which split"),
        (["train-a.tfr"], "its name does not tell which split"),
        (["train-1.tfr", "train-01.tfr"], "train-1.tfr: is number 1 of 'train', as"),
        (["train-1.tfr", "train-1.tfrecord"], "train-1.tfrecord: is number 1 of 'train', as"),
    ],
)
def test_find_files__refuses_names(names: list[str], text: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=text) as fault:
        find_files(make(tmp_path, *names))
    assert fault.value.code == "E480"


def test_find_files__nothing_there(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"holds no file that ends in .tfr, .tfrecord"):
        find_files(make(tmp_path, "a.bed"))
    with pytest.raises(MissingInputError, match="is a file, not the folder of a set"):
        find_files(str(tmp_path / "a.bed"))
    with pytest.raises(MissingInputError, match="the list is empty"):
        find_files([])
