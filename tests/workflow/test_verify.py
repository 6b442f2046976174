import shutil

import pytest

from senformer.core.errors import MissingInputError, SenformerError
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
