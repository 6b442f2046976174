"""Zarr arrays as the dataset writes them."""

import json
import os
import resource
import signal
from pathlib import Path

import numpy as np
import pytest

from senformer.core.errors import StorageError
from senformer.dataset.arrays import ArraySpec, declare_array, open_array, write_array, write_rows
from senformer.dataset.layout import Grid
from senformer.dataset.rows import RowReader

GRID = Grid(2, 4)
VALUES = np.arange(21, dtype=np.float32).reshape(7, 3)


def write(path: Path, values: np.ndarray = VALUES, n_rows: int = 7) -> None:
    write_array(
        path,
        (values[lo : lo + GRID.shard] for lo in range(0, len(values), GRID.shard)),
        shape=(n_rows, 3),
        dtype="float32",
        grid=GRID,
        axes=("bin", "track"),
        fill=float("nan"),
        meaning={"unit": "counts"},
    )


def test_write_array__reads_back_with_axes_and_meaning(tmp_path: Path) -> None:
    write(tmp_path / "a")
    array = open_array(tmp_path / "a")
    np.testing.assert_array_equal(array[:], VALUES)
    np.testing.assert_array_equal(array[3:6], VALUES[3:6])
    assert array.metadata.dimension_names == ("bin", "track")
    assert array.attrs["unit"] == "counts"


def test_write_array__one_file_a_shard_zstd_and_crc32c(tmp_path: Path) -> None:
    write(tmp_path / "a")
    files = sorted(f.relative_to(tmp_path / "a").as_posix() for f in tmp_path.rglob("*") if f.is_file())
    assert files == ["c/0/0", "c/1/0", "zarr.json"]
    inner = json.loads((tmp_path / "a" / "zarr.json").read_text())["codecs"][0]["configuration"]["codecs"]
    assert [codec["name"] for codec in inner] == ["bytes", "zstd", "crc32c"]


def test_write_array__uniform_chunks_are_written_too(tmp_path: Path) -> None:
    write(tmp_path / "a", np.full((7, 3), np.nan, dtype=np.float32))
    assert (tmp_path / "a" / "c" / "0" / "0").is_file()
    assert (tmp_path / "a" / "c" / "1" / "0").is_file()


def test_write_array__same_bytes_twice(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b")
    for file in ("c/0/0", "c/1/0", "zarr.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_write_array__rows_short_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="7 of 8 rows"):
        write(tmp_path / "a", n_rows=8)
    assert list(tmp_path.iterdir()) == []


def test_open_array__flipped_bit_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "a", np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32))
    chunk = tmp_path / "a" / "c" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    content[20] ^= 4
    chunk.write_bytes(bytes(content))
    with pytest.raises((ValueError, RuntimeError)):
        open_array(tmp_path / "a")[:4]


def test_write_array__full_disk_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
        code = 1
        try:
            write_array(
                tmp_path / "a",
                iter([np.random.default_rng(1).integers(0, 255, 9000).astype(np.uint8)]),
                shape=(9000,),
                dtype="uint8",
                grid=Grid(9000, 9000),
                axes=("base",),
                fill=4,
                meaning={},
            )
        except StorageError as fault:
            code = 0 if fault.code == "E801" else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert list(tmp_path.iterdir()) == []


SPEC = ArraySpec((7, 3), "float32", GRID, ("bin", "track"), float("nan"), {"unit": "counts"})


def test_write_rows__shard_by_shard_is_the_array_written_whole(tmp_path: Path) -> None:
    write(tmp_path / "whole")
    declare_array(tmp_path / "parts", SPEC)
    second = write_rows(tmp_path / "parts", 4, iter([VALUES[4:]]))
    first = write_rows(tmp_path / "parts", 0, iter([VALUES[:4]]))
    assert [file.relative_to(tmp_path / "parts").as_posix() for file in first + second] == ["c/0/0", "c/1/0"]
    for file in ("c/0/0", "c/1/0", "zarr.json"):
        assert (tmp_path / "parts" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()
    assert {child.name for child in tmp_path.iterdir()} == {"whole", "parts"}


def test_write_rows__several_shards_at_once(tmp_path: Path) -> None:
    declare_array(tmp_path / "a", SPEC)
    assert len(write_rows(tmp_path / "a", 0, iter([VALUES[:4], VALUES[4:]]))) == 2
    np.testing.assert_array_equal(open_array(tmp_path / "a")[:], VALUES)


def test_declare_array__one_that_is_there_stays(tmp_path: Path) -> None:
    declare_array(tmp_path / "a", SPEC)
    write_rows(tmp_path / "a", 0, iter([VALUES[:4]]))
    declare_array(tmp_path / "a", SPEC)
    np.testing.assert_array_equal(open_array(tmp_path / "a")[:4], VALUES[:4])


def test_write_rows__a_failing_block_leaves_nothing(tmp_path: Path) -> None:
    def blocks():
        yield VALUES[:4]
        raise ValueError("broke")

    declare_array(tmp_path / "a", SPEC)
    with pytest.raises(ValueError, match="broke"):
        write_rows(tmp_path / "a", 0, blocks())
    assert [f.name for f in tmp_path.rglob("*") if f.is_file()] == ["zarr.json"]


@pytest.mark.parametrize("value", [np.nan, 1.0])
def test_write_rows__uniform_shards_are_on_disk_too(tmp_path: Path, value: float) -> None:
    """A shard of nothing but the fill value would read the same if it were lost."""
    declare_array(tmp_path / "a", ArraySpec((10, 3), "float16", Grid(2, 4), ("bin", "track"), np.nan, {}))
    block = np.full((4, 3), value, np.float16)
    assert write_rows(tmp_path / "a", 4, iter([block])) == [tmp_path / "a" / "c" / "1" / "0"]
    assert write_rows(tmp_path / "a", 8, iter([block[:2]])) == [tmp_path / "a" / "c" / "2" / "0"]
    np.testing.assert_array_equal(RowReader(tmp_path / "a").read(5, 10), np.full((5, 3), value, np.float16))
