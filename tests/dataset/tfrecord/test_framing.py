"""Frames: known bytes, every cut and every flipped byte."""

import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles import tfrecord as oracle

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.framing import frame, read_records

PAYLOADS = [b"first", b"", bytes(range(256)) * 3]


def payloads(path: Path) -> list[bytes]:
    return [payload for _, payload in read_records(path)]


def payloads_or_code(path: Path) -> list[bytes] | str:
    try:
        return payloads(path)
    except DataError as fault:
        return fault.code


def masked(data: bytes) -> int:
    crc = oracle.crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@given(st.binary(max_size=80))
def test_frame__equals_the_slow_one(payload: bytes) -> None:
    length = struct.pack("<Q", len(payload))
    slow = length + struct.pack("<I", masked(length)) + payload + struct.pack("<I", masked(payload))
    assert frame(payload) == slow


def test_read_records__gives_payloads_and_places(tmp_path: Path) -> None:
    path = tmp_path / "a.tfr"
    path.write_bytes(zlib.compress(b"".join(map(frame, PAYLOADS))))
    found = list(read_records(path))
    assert [payload for _, payload in found] == PAYLOADS
    assert [str(place) for place, _ in found] == [
        f"{path} record 0 (byte 0)",
        f"{path} record 1 (byte 21)",
        f"{path} record 2 (byte 37)",
    ]


def test_read_records__empty_stream_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.tfr").write_bytes(zlib.compress(b""))
    assert payloads(tmp_path / "a.tfr") == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (frame(b"abc") + frame(b"defg")[:5], "record 1 (byte 19): ends inside its length: 5 of 12 bytes"),
        (frame(b"abc")[:14], "record 0 (byte 0): ends inside its data: 2 of 3 bytes"),
        (frame(b"abc")[:17], "record 0 (byte 0): ends inside its checksum: 2 of 4 bytes"),
        (frame(b"abc") + bytes(12), "record 1 (byte 19): the checksum of its length does not hold"),
        (frame(b"abc")[:-1] + b"?", "record 0 (byte 0): the checksum of its data does not hold"),
        (
            struct.pack("<QI", 1 << 40, masked(struct.pack("<Q", 1 << 40))),
            "claims 1,099,511,627,776 bytes, more than a protocol buffer can have",
        ),
    ],
)
def test_read_records__refuses(raw: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / "a.tfr").write_bytes(zlib.compress(raw))
    with pytest.raises(DataError) as fault:
        payloads(tmp_path / "a.tfr")
    assert fault.value.code == "E472"
    assert text in str(fault.value)


@pytest.mark.parametrize("pack", [zlib.compress, bytes])
def test_read_records__no_mutation_is_silent(pack, tmp_path: Path) -> None:
    raw, rng = pack(b"".join(map(frame, PAYLOADS))), random.Random(4)
    for _ in range(200):
        kind, at = rng.choice(["flip", "cut", "insert", "drop"]), rng.randrange(len(raw))
        changed = {
            "flip": raw[:at] + bytes([raw[at] ^ 1 << rng.randrange(8)]) + raw[at + 1 :],
            "cut": raw[:at],
            "insert": raw[:at] + rng.randbytes(3) + raw[at:],
            "drop": raw[:at] + raw[at + 1 :],
        }[kind]
        (tmp_path / "a.tfr").write_bytes(changed)
        found = payloads_or_code(tmp_path / "a.tfr")
        # A plain file cut between two records is whole; counts of the set tell (see the scan).
        cut_between = kind == "cut" and found == PAYLOADS[: len(found)]
        assert found in ("E471", "E472", PAYLOADS) or cut_between
