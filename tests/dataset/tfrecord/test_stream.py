"""Bytes of a file: three compressions told apart by content, and every way a file can be cut."""

import gzip
import zlib
from pathlib import Path

import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.dataset.tfrecord.framing import frame
from senformer.dataset.tfrecord.stream import ByteStream, compression_of

PLAIN = frame(b"one") + frame(bytes(5000))
PACK = {"none": bytes, "zlib": zlib.compress, "gzip": gzip.compress}


def write(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("kind", PACK)
def test_byte_stream__inflates_what_it_finds(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.tfr", PACK[kind](PLAIN))
    stream = ByteStream(path)
    assert compression_of(path) == kind
    assert stream.take(7) + stream.take(10_000) == PLAIN
    assert (stream.offset, stream.take(1)) == (len(PLAIN), b"")


def test_byte_stream__gzip_of_several_members(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tfr", gzip.compress(PLAIN, mtime=0) + gzip.compress(PLAIN[:19]))
    assert ByteStream(path).take(1 << 20) == PLAIN + PLAIN[:19]


def test_compression_of__plain_record_whose_length_looks_like_zlib(tmp_path: Path) -> None:
    raw = frame(bytes(0x9C78))  # little-endian: 78 9c, the usual head of zlib
    assert raw[:2] == bytes([0x78, 0x9C])
    assert compression_of(write(tmp_path / "a.tfr", raw)) == "none"


def test_byte_stream__empty_zlib_stream_of_8_bytes(tmp_path: Path) -> None:
    raw = zlib.compress(b"")
    assert len(raw) == 8
    assert ByteStream(write(tmp_path / "a.tfr", raw)).take(1) == b""


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", "has 0 bytes: a download that was cut off"),
        (b"BED\tno", "byte 0: begins with 42 45 44 09 6e 6f: neither zlib, gzip nor the checked length"),
        (zlib.compress(PLAIN)[:-3], "the compressed data is cut short here"),
        (gzip.compress(PLAIN, mtime=0)[:-3], "the compressed data is cut short here"),
        (zlib.compress(PLAIN) + b"xy", "2 bytes or more follow the end of the compressed data"),
        (zlib.compress(PLAIN)[:-1] + b"!", "is damaged"),
        (gzip.compress(PLAIN, mtime=0) + b"xy", "is damaged"),
    ],
)
def test_byte_stream__refuses(raw: bytes, text: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=text) as fault:
        ByteStream(write(tmp_path / "a.tfr", raw)).take(1 << 20)
    assert fault.value.code == "E471"
    assert str(tmp_path / "a.tfr") in str(fault.value)


def test_byte_stream__no_such_file(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no such file"):
        ByteStream(tmp_path / "gone.tfr")
