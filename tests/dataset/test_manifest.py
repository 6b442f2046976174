"""What the manifest notices."""

import json
from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.dataset.manifest import (
    check_dataset,
    check_entries,
    describe_files,
    read_json,
    unlisted_files,
    write_manifest,
)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """Return a folder of three files, closed by a manifest."""
    (tmp_path / "arrays" / "c").mkdir(parents=True)
    (tmp_path / "arrays" / "c" / "0").write_bytes(b"abc")
    (tmp_path / "dataset.json").write_text("{}")
    (tmp_path / "run.json").write_text("{}")
    write_manifest(tmp_path, {"chrA": describe_files(tmp_path, [tmp_path / "arrays"])})
    return tmp_path


def test_write_manifest__lists_every_file_once_but_the_run_record(closed: Path) -> None:
    content = json.loads((closed / "manifest.json").read_text())
    assert [entry["path"] for entry in content["shards"]["chrA"]] == ["arrays/c/0"]
    assert [entry["path"] for entry in content["files"]] == ["dataset.json"]
    check_dataset(closed, verify=True)


def test_check_dataset__unfinished(closed: Path) -> None:
    (closed / "DONE.json").unlink()
    with pytest.raises(DataError, match="is not finished") as caught:
        check_dataset(closed, verify=False)
    assert caught.value.code == "E411"


@pytest.mark.parametrize("file", ["arrays/c/0", "dataset.json", "manifest.json"])
def test_check_dataset__missing_file_is_named(closed: Path, file: str) -> None:
    (closed / file).unlink()
    with pytest.raises(DataError, match=file) as caught:
        check_dataset(closed, verify=False)
    assert caught.value.code == "E412"


def test_check_dataset__other_size_is_named(closed: Path) -> None:
    (closed / "arrays" / "c" / "0").write_bytes(b"abcd")
    with pytest.raises(DataError, match="arrays/c/0 has 4 bytes, not 3"):
        check_dataset(closed, verify=False)


def test_check_dataset__changed_byte_is_found_by_verify(closed: Path) -> None:
    (closed / "arrays" / "c" / "0").write_bytes(b"abd")
    check_dataset(closed, verify=False)
    with pytest.raises(DataError, match="arrays/c/0 has another SHA-256"):
        check_dataset(closed, verify=True)


def test_check_dataset__edited_manifest(closed: Path) -> None:
    manifest = closed / "manifest.json"
    manifest.write_text(manifest.read_text().replace("abc", "abd") + " ")
    with pytest.raises(DataError, match=r"manifest\.json is not the one that DONE\.json closed"):
        check_dataset(closed, verify=False)


def test_check_entries__all_well_says_nothing(closed: Path) -> None:
    assert check_entries(closed, describe_files(closed, [closed / "arrays"]), verify=True) == ""


@pytest.mark.parametrize(("text", "message"), [("{", "cannot be read"), ("[]", "holds no JSON object")])
def test_read_json__names_the_file(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DataError, match=rf"x\.json: {message}"):
        read_json(tmp_path / "x.json")


def test_check_dataset__changed_header_is_always_found(closed: Path) -> None:
    (closed / "dataset.json").write_text("[]")
    with pytest.raises(DataError, match=r"dataset\.json has another SHA-256"):
        check_dataset(closed, verify=False)


def test_check_dataset__a_flipped_bit_in_any_file_is_found(copied_store: Path) -> None:
    """The run record tells of the build and not of the data; the lock is empty."""
    files = [
        f for f in sorted(copied_store.rglob("*")) if f.is_file() and f.name not in ("run.json", ".lock")
    ]
    assert len(files) > 30
    for file in files:
        content = file.read_bytes()
        for place in (0, len(content) // 2, len(content) - 1):
            changed = bytearray(content)
            changed[place] ^= 1
            file.write_bytes(changed)
            with pytest.raises(DataError):
                check_dataset(copied_store, verify=True)
        file.write_bytes(content)
    check_dataset(copied_store, verify=True)


def test_check_dataset__changed_small_metadata_is_always_found(copied_store: Path) -> None:
    file = copied_store / "tracks.zarr" / "chrA" / "zarr.json"
    content = file.read_text()
    file.write_text(content.replace('"float', '"floaT', 1))
    assert file.stat().st_size == len(content)
    with pytest.raises(DataError, match=r"tracks\.zarr/chrA/zarr\.json has another SHA-256 .*build again"):
        check_dataset(copied_store, verify=False)


def test_unlisted_files__names_what_does_not_belong(closed: Path) -> None:
    (closed / ".lock").touch()
    assert unlisted_files(closed) == []
    (closed / "notes.txt").touch()
    (closed / "arrays" / "run.json").touch()
    (closed / "arrays" / "c" / "1").touch()
    assert unlisted_files(closed) == ["arrays/c/1", "arrays/run.json", "notes.txt"]
