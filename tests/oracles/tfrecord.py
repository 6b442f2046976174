"""TFRecord files of Basenji datasets, read without TensorFlow.

A record is its length (8 bytes), a checksum (4), a protocol buffer ``Example``, a checksum (4). Only
length-delimited fields occur: maps from a name to a list of bytes.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np


def windows(path: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (sequence: uint8 codes A C G T N = 0..4, target: float16 values, bins one after another)."""
    for record in _records(path):
        ((_, features),) = _fields(record)
        example = dict(_feature(entry) for _, entry in _fields(features))
        yield (
            np.frombuffer(example["sequence"], np.uint8).copy(),
            np.frombuffer(example["target"], np.float16),
        )


def _records(path: Path) -> Iterator[bytes]:
    raw, at = zlib.decompress(path.read_bytes()), 0
    while at < len(raw):
        (size,) = struct.unpack_from("<Q", raw, at)
        yield raw[at + 12 : at + 12 + size]
        at += size + 16


def _feature(entry: bytes) -> tuple[str, bytes]:
    """Return the name and the first value of one entry of the map."""
    parts = dict(_fields(entry))
    ((_, values),) = _fields(parts[2])
    ((_, value),) = _fields(values)
    return parts[1].decode(), value


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each field."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        assert key & 7 == 2, "only length-delimited fields"
        size, at = _varint(message, at)
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
