"""The files of a set, in the order of their records: by split label, then by the number in the name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from senformer.core.errors import DataError, MissingInputError

_ENDINGS = (".tfr", ".tfrecord", ".tfrecords")
_LABEL = re.compile(r"train|valid|test|fold[0-9]+")
# The last whole number; of "00003-of-00100" the first.
_NUMBER = re.compile(r"([0-9]+)(?:-of-[0-9]+)?[^0-9]*$")
_FIRST = ("train", "valid", "test")


@dataclass(frozen=True)
class RecordFile:
    """One TFRecord file: its path, the label of its split, and its place among the files of that label."""

    path: Path
    label: str
    number: int

    @property
    def name(self) -> str:
        """File name without its ending: unique in a set, as label and number are."""
        return self.path.name.removesuffix(self.path.suffix)


def find_files(records: str | list[str]) -> list[RecordFile]:
    """Return the TFRecord files of a set.

    Parameters
    ----------
    records
        Folder of a set (with ``tfrecords/`` in it), folder of files, or a list of files. In a folder, files
        that end in ``.tfr``, ``.tfrecord`` or ``.tfrecords`` are taken.

    Returns
    -------
    Train, valid, test, then folds by number; in each the files by the number in their name.

    Raises
    ------
    MissingInputError
        There is no such folder, or no TFRecord file in it.
    DataError
        A name does not tell its split or number, or two files have the same.
    """
    paths = [Path(name) for name in records] if isinstance(records, list) else _in_folder(Path(records))
    if not paths:
        raise MissingInputError("E470", "records", "the list is empty", "Name at least one TFRecord file.")
    files = sorted((_file(path) for path in paths), key=_order)
    _refuse_doubled(files)
    return files


def _in_folder(folder: Path) -> list[Path]:
    if not folder.is_dir():
        found = "is a file, not the folder of a set" if folder.exists() else "no such folder"
        raise MissingInputError(
            "E470", str(folder), found, "Give the folder of a set, or a list of TFRecord files."
        )
    inner = folder / "tfrecords" if (folder / "tfrecords").is_dir() else folder
    paths = [path for path in sorted(inner.iterdir()) if path.suffix in _ENDINGS]
    if not paths:
        raise MissingInputError(
            "E470", str(inner), f"holds no file that ends in {', '.join(_ENDINGS)}", "Check the folder."
        )
    return paths


def _file(path: Path) -> RecordFile:
    stem = path.name.removesuffix(path.suffix)
    labels = [part for part in re.split("[-_.]", stem) if _LABEL.fullmatch(part)]
    number = _NUMBER.search(stem)
    if len(labels) != 1 or number is None:
        raise DataError(
            "E480",
            str(path),
            "its name does not tell which split it is of, and which of its files",
            "Name files SPLIT-NUMBER.tfr, where SPLIT is train, valid, test or fold0, fold1...",
        )
    return RecordFile(path, labels[0], int(number[1]))


def _order(file: RecordFile) -> tuple:
    if file.label in _FIRST:
        return _FIRST.index(file.label), 0, file.number
    return len(_FIRST), int(file.label.removeprefix("fold")), file.number


def _refuse_doubled(files: Iterable[RecordFile]) -> None:
    first: dict[tuple[str, int], Path] = {}
    names: dict[str, Path] = {}
    for file in files:
        other = first.setdefault((file.label, file.number), file.path)
        if other == file.path:
            other = names.setdefault(file.name, file.path)
        if other != file.path:
            raise DataError(
                "E480",
                str(file.path),
                f"is number {file.number} of {file.label!r}, as {other} is",
                "The order of records follows from the names: give every file its own number.",
            )
