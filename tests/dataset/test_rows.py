import multiprocessing

import numpy as np
import pytest

from senformer.dataset.arrays import open_array, write_array
from senformer.dataset.layout import Grid
from senformer.dataset.rows import RowReader


def _write(path, values, chunk, shard):
    write_array(
        path,
        (values[lo : lo + shard] for lo in range(0, len(values), shard)),
        shape=values.shape,
        dtype=str(values.dtype),
        grid=Grid(chunk, shard),
        axes=("row", "track")[: values.ndim],
        fill=0,
        meaning={},
    )
    return path


def _values(dtype, *shape):
    return np.random.default_rng(1).integers(0, 200, shape).astype(dtype)


@pytest.mark.parametrize(
    ("dtype", "shape"), [("uint8", (101,)), ("float32", (101, 3)), ("float16", (64, 1)), ("int32", (5, 2))]
)
def test_read__every_stretch_is_what_zarr_reads(tmp_path, dtype, shape):
    path = _write(tmp_path / "a", _values(dtype, *shape), chunk=8, shard=32)
    ours, theirs = RowReader(path), open_array(path)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    for lo in range(0, shape[0] + 1, 3):
        for hi in range(lo, shape[0] + 1, 7):
            assert np.array_equal(ours.read(lo, hi), theirs[lo:hi])


def test_read__the_caller_may_write_into_what_it_gets(tmp_path):
    reader = RowReader(_write(tmp_path / "a", _values("uint8", 40), chunk=8, shard=16))
    first = reader.read(0, 8).copy()
    reader.read(0, 8)[:] = 9
    assert np.array_equal(reader.read(0, 8), first)


def _flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("place", [3, -1, -9])
def test_read__a_flipped_bit_is_told(tmp_path, place):
    path = _write(tmp_path / "a", _values("float32", 32, 3), chunk=8, shard=32)
    _flip(path / "c" / "0" / "0", place)
    with pytest.raises(ValueError, match="another CRC32C"):
        RowReader(path).read(0, 32)


def test_read__a_shard_cut_off_or_lost(tmp_path):
    path = _write(tmp_path / "a", _values("uint8", 64), chunk=8, shard=32)
    shard = path / "c" / "0"
    shard.write_bytes(shard.read_bytes()[:10])
    with pytest.raises(ValueError, match="cut off"):
        RowReader(path).read(0, 8)
    (path / "c" / "1").unlink()
    with pytest.raises(FileNotFoundError):
        RowReader(path).read(32, 40)


def test_read__a_chunk_that_was_never_written(tmp_path):
    import zarr

    path = tmp_path / "a"
    _write(path, _values("uint8", 64), chunk=8, shard=32)
    (path / "c" / "1").unlink()
    array = zarr.open_array(store=str(path), mode="r+")
    array[32:40] = 7
    assert np.array_equal(RowReader(path).read(32, 40), np.full(8, 7, dtype=np.uint8))
    with pytest.raises(ValueError, match="is not there"):
        RowReader(path).read(40, 48)


def test_read__another_layout_is_refused(tmp_path):
    import zarr

    zarr.create_array(store=str(tmp_path / "plain"), shape=(8,), chunks=(4,), dtype="uint8")
    with pytest.raises(ValueError, match="laid out in another way"):
        RowReader(tmp_path / "plain")


def _sum(reader, lo, queue):
    queue.put(int(reader.read(lo, lo + 16).sum()))


def test_read__an_open_reader_after_a_fork(tmp_path):
    values = _values("uint8", 96)
    reader = RowReader(_write(tmp_path / "a", values, chunk=8, shard=16))
    reader.read(0, 96)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    for lo in (0, 32, 80):
        child = context.Process(target=_sum, args=(reader, lo, queue))
        child.start()
        child.join(20)
        assert queue.get(timeout=20) == values[lo : lo + 16].sum()
