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
    """Yield (sequence: its uint8 values as they lie, target: float16 or float32, bins one after another)."""
    for record in records(path):
        ((_, features),) = _fields(record)
        example = dict(_feature(entry) for _, entry in _fields(features))
        (_, sequence), (kind, target) = example["sequence"], example["target"]
        yield np.frombuffer(sequence, np.uint8).copy(), np.frombuffer(target, {1: "<f2", 2: "<f4"}[kind])


def codes(sequence: np.ndarray, length: int) -> np.ndarray:
    """Return a sequence as codes A C G T N = 0..4, a base at a time."""
    if len(sequence) == length:
        return sequence
    rows = [tuple(sequence[4 * base : 4 * base + 4].tolist()) for base in range(length)]
    known = {(1, 0, 0, 0): 0, (0, 1, 0, 0): 1, (0, 0, 1, 0): 2, (0, 0, 0, 1): 3, (0, 0, 0, 0): 4}
    return np.array([known[row] for row in rows], np.uint8)


def crc32c(data: bytes) -> int:
    """Return the Castagnoli checksum, a bit at a time."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def records(path: Path) -> Iterator[bytes]:
    """Yield every payload of a zlib file; checksums are passed over."""
    raw, at = zlib.decompress(path.read_bytes()), 0
    while at < len(raw):
        (size,) = struct.unpack_from("<Q", raw, at)
        yield raw[at + 12 : at + 12 + size]
        at += size + 16


def _feature(entry: bytes) -> tuple[str, tuple[int, bytes]]:
    """Return the name, and kind and first value of one entry of the map."""
    parts = dict(_fields(entry))
    ((kind, values),) = _fields(parts[2])
    ((_, value),) = _fields(values)
    return parts[1].decode(), (kind, value)


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
