"""Rows of an array of ours, read straight from its shards: what a window takes, without zarr's machinery.

A slice through zarr costs about 3 ms whatever its size, ten times what its chunks take to be read and
decoded. This reads the one layout that :mod:`senformer.dataset.arrays` writes, and checks the same sums.
"""

import functools
import json
import os
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
from numcodecs.zstd import Zstd

_CHECKSUM_BYTES = 4
_ABSENT = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_INNER = ("bytes", "zstd", "crc32c")
_INDEX = ("bytes", "crc32c")


class RowReader:
    """One array; where the chunks of a shard lie is read once. It holds no open file: safe to fork.

    Attributes
    ----------
    shape, dtype
        Of the array; rows are along its first axis.

    Raises
    ------
    ValueError
        The array is not of the layout that a dataset has.
    OSError
        A file is missing or cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        meta = json.loads((folder / "zarr.json").read_text(encoding="utf-8"))
        sharding = _sharding(meta, folder)
        self.shape: tuple[int, ...] = tuple(meta["shape"])
        self.dtype = np.dtype(meta["data_type"]).newbyteorder("<")
        self._folder = folder
        self._shard_rows = int(meta["chunk_grid"]["configuration"]["chunk_shape"][0])
        self._chunk_rows = int(sharding["chunk_shape"][0])
        self._chunk_shape = (self._chunk_rows, *self.shape[1:])
        self._shards: dict[int, _Shard] = {}

    def read(self, lo: int, hi: int) -> np.ndarray:
        """Return rows ``lo`` to ``hi`` (exclusive, inside the array) as a new array.

        Raises
        ------
        ValueError
            A chunk is not there, has another CRC32C than when it was written, or cannot be decoded.
        OSError
            A shard is missing or cannot be read.
        """
        found = np.empty((hi - lo, *self.shape[1:]), dtype=self.dtype)
        for chunk in range(lo // self._chunk_rows, -(-hi // self._chunk_rows) if hi > lo else 0):
            first = chunk * self._chunk_rows
            begin, end = max(lo, first), min(hi, first + self._chunk_rows)
            found[begin - lo : end - lo] = self._chunk(chunk)[begin - first : end - first]
        return found

    def _chunk(self, chunk: int) -> np.ndarray:
        shard, within = divmod(chunk, self._shard_rows // self._chunk_rows)
        raw = _decoded(self._shard(shard).chunk(within))
        if len(raw) != self.dtype.itemsize * int(np.prod(self._chunk_shape)):
            raise ValueError(f"chunk {chunk} holds {len(raw)} bytes")
        return np.frombuffer(raw, dtype=self.dtype).reshape(self._chunk_shape)

    def _shard(self, number: int) -> "_Shard":
        if number not in self._shards:
            parts = ["c", str(number), *("0" for _ in self.shape[1:])]
            n_chunks = self._shard_rows // self._chunk_rows
            self._shards[number] = _Shard(self._folder.joinpath(*parts), n_chunks)
        return self._shards[number]


class _Shard:
    """A shard file and where its chunks lie."""

    def __init__(self, path: Path, n_chunks: int) -> None:
        self._path = path
        n_bytes = 16 * n_chunks + _CHECKSUM_BYTES
        raw = self._at(path.stat().st_size - n_bytes, n_bytes)
        self._places = np.frombuffer(_checked(raw, f"the index of {path.name}"), dtype="<u8").reshape(-1, 2)

    def chunk(self, place: int) -> bytes:
        """Return the stored bytes of a chunk, their checksum taken off."""
        offset, n_bytes = self._places[place]
        if offset == _ABSENT:
            raise ValueError(f"chunk {place} of {self._path.name} is not there")
        return _checked(self._at(int(offset), int(n_bytes)), f"chunk {place} of {self._path.name}")

    def _at(self, offset: int, n_bytes: int) -> bytes:
        handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            raw = os.pread(handle, n_bytes, offset) if offset >= 0 else b""
        finally:
            os.close(handle)
        if len(raw) != n_bytes:
            raise ValueError(f"{self._path.name} is cut off")
        return raw


def _checked(raw: bytes, what: str) -> bytes:
    content, stored = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    if google_crc32c.value(content).to_bytes(_CHECKSUM_BYTES, "little") != stored:
        raise ValueError(f"{what} has another CRC32C than when it was written")
    return content


@functools.cache
def _codec() -> Zstd:
    return Zstd()


def _decoded(content: bytes) -> bytes:
    return _codec().decode(content)


def _sharding(meta: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the settings of the sharding codec, if the array is laid out as ours are."""
    codecs: list[dict[str, Any]] = meta["codecs"]
    name = codecs[0]["name"] if len(codecs) == 1 else ""
    found: dict[str, Any] = codecs[0].get("configuration", {})
    chains = [tuple(part["name"] for part in found.get(key, ())) for key in ("codecs", "index_codecs")]
    if name != "sharding_indexed" or chains != [_INNER, _INDEX]:
        raise ValueError(f"{folder.name} is laid out in another way than a dataset's arrays")
    return found
