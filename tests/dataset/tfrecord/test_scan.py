"""The scan: counts, one layout for all, and what is stated beside the records."""

from pathlib import Path

import pytest
from tests.dataset.tfrecord.sets import N_RECORDS, ToySet, write_records, write_set

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.files import find_files
from senformer.dataset.tfrecord.record import Layout
from senformer.dataset.tfrecord.scan import check_counts, scan_files


def test_scan_files__counts_and_layout(toy_set: ToySet) -> None:
    files = find_files(str(toy_set.folder))
    scans = scan_files(files, None, 1)
    assert {name: scan.n_records for name, scan in scans.items()} == {
        "train-0": 2,
        "train-1": 2,
        "train-2": 1,
        "valid-0": 2,
        "test-0": 1,
        "test-1": 0,
    }
    assert scans["test-1"].layout is None
    assert scans["train-0"].layout == Layout("index", 160, "float16", 36)
    assert scans["train-0"].described["bytes"] == files[0].path.stat().st_size
    assert check_counts(files, scans, N_RECORDS, Path("s")) == N_RECORDS
    assert check_counts(files, scans, {}, Path("s")) == N_RECORDS


def test_scan_files__files_of_two_layouts(toy_set: ToySet, tmp_path: Path) -> None:
    other = write_set(tmp_path / "other", sequence="one_hot")
    paths = [toy_set.folder / "tfrecords" / "train-0.tfr", other.folder / "tfrecords" / "train-1.tfr"]
    with pytest.raises(DataError, match=r"train-1.tfr record 0 .* its sequence is 'one_hot', that of"):
        scan_files(find_files([str(path) for path in paths]), None, 1)


def test_scan_files__no_record_at_all(tmp_path: Path) -> None:
    for name in ("train-0.tfr", "train-1.tfr"):
        write_records(tmp_path / name, [])
    with pytest.raises(DataError, match="2 files hold no record"):
        scan_files(find_files(str(tmp_path)), None, 1)


@pytest.mark.parametrize("stated", [{"train": 4, "valid": 2, "test": 1}, {"train": 5}, {"fold1": 1}])
def test_check_counts__refuses(stated: dict, toy_set: ToySet) -> None:
    files = find_files(str(toy_set.folder))
    with pytest.raises(DataError, match=r"s.json: states \d records? of '\w+', the files hold \d"):
        check_counts(files, scan_files(files, None, 1), stated, Path("s.json"))
