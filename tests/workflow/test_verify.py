import shutil

import pytest
from tests.dataset.collection.conftest import section
from tests.dataset.toy import write_toy

from senformer.core.errors import DataError, MissingInputError, SenformerError
from senformer.dataset.collection import build_collection, member_configs
from senformer.workflow.verify import verify_path


def test_verify_path__something_else(tmp_path):
    with pytest.raises(MissingInputError, match="is no dataset, run or model folder"):
        verify_path(tmp_path)


@pytest.mark.slow
def test_verify_path__a_changed_byte_in_a_dataset_is_found(short_demo, tmp_path):
    assert verify_path(short_demo / "dataset")["kind"] == "dataset"
    copy = tmp_path / "d"
    shutil.copytree(short_demo / "dataset", copy)
    files = (
        path for path in (copy / "tracks.zarr").rglob("*") if path.is_file() and path.name != "zarr.json"
    )
    chunk = max(files, key=lambda path: path.stat().st_size)
    data = bytearray(chunk.read_bytes())
    data[len(data) // 2] ^= 4
    chunk.write_bytes(data)
    with pytest.raises(SenformerError, match=r"tracks\.zarr"):
        verify_path(copy)


def test_verify_path__a_build_that_was_stopped(tmp_path):
    (tmp_path / ".lock").write_text("{}")
    with pytest.raises(DataError, match="lock of a command that was stopped as it began") as caught:
        verify_path(tmp_path)
    assert caught.value.code == "E411"
    (tmp_path / "dataset.json").write_text('{"format": 1, "kind": "table", "n_rows": 50, "block_rows": 20}')
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "rows-0.json").write_text("{}")
    with pytest.raises(DataError, match=r"1 of 3 pieces done\. Run the same senformer build command again"):
        verify_path(tmp_path)


def test_verify_path__names_files_of_others_in_a_collection(tmp_path):
    toy = write_toy(tmp_path)
    both = tmp_path / "both"
    build_collection(member_configs(section(toy, toy), "test"), both)
    assert verify_path(both)["n_unlisted"] == 0
    (both / "fly" / "b").touch()
    (both / "a").mkdir()
    (both / "a" / "x").touch()
    (both / "c").touch()
    assert verify_path(both)["unlisted"] == ["a/x", "c", "fly/b"]
