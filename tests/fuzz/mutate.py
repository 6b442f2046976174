"""Damage to a file, the same for the same seed: eight kinds of any file, and five more of a text."""

import hashlib
from collections.abc import Callable

import numpy as np

Mutation = Callable[[bytes, np.random.Generator], bytes]
_TOKENS = (b"", b"-1", b"99999999999999999999", b"1e400", b"nan", b"chrX", b" ", b"\xff\xfe", b"0", b".")


def _cut(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: _place(data, rng)]


def _flip(data: bytes, rng: np.random.Generator) -> bytes:
    return _set(data, place := _place(data, rng), data[place] ^ (1 << int(rng.integers(8))))


def _byte(data: bytes, rng: np.random.Generator) -> bytes:
    return _set(data, _place(data, rng), int(rng.integers(256)))


def _header(data: bytes, rng: np.random.Generator) -> bytes:
    return _set(data, int(rng.integers(min(64, len(data)))), int(rng.integers(256)))


def _zeros(data: bytes, rng: np.random.Generator) -> bytes:
    place = _place(data, rng)
    return data[:place] + bytes(min(64, len(data) - place)) + data[place + 64 :]


def _delete(data: bytes, rng: np.random.Generator) -> bytes:
    place = _place(data, rng)
    return data[:place] + data[place + int(rng.integers(1, 200)) :]


def _double(data: bytes, rng: np.random.Generator) -> bytes:
    place, size = _place(data, rng), int(rng.integers(1, 200))
    return data[: place + size] + data[place:]


def _empty(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(0, 4))]


def _field(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    place = int(rng.integers(len(lines)))
    fields = lines[place].split(b"\t")
    fields[int(rng.integers(len(fields)))] = _TOKENS[int(rng.integers(len(_TOKENS)))]
    lines[place] = b"\t".join(fields)
    return b"\n".join(lines)


def _drop_field(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    place = int(rng.integers(len(lines)))
    lines[place] = lines[place].rpartition(b"\t")[0]
    return b"\n".join(lines)


def _swap_lines(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    one, other = (int(rng.integers(len(lines))) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _windows_ends(data: bytes, rng: np.random.Generator) -> bytes:
    return data.replace(b"\n", b"\r\n" if rng.integers(2) else b"\r")


def _join_lines(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    place = int(rng.integers(max(1, len(lines) - 1)))
    return b"\n".join([*lines[:place], b" ".join(lines[place : place + 2]), *lines[place + 2 :]])


OF_BYTES: tuple[Mutation, ...] = (_cut, _flip, _byte, _header, _zeros, _delete, _double, _empty)
OF_TEXT: tuple[Mutation, ...] = (_field, _drop_field, _swap_lines, _windows_ends, _join_lines)


def mutate(data: bytes, seed: str, is_text: bool) -> bytes:
    """Return ``data`` damaged in one way; ``seed`` is ``format:index`` and says all about it."""
    rng = np.random.default_rng(list(hashlib.sha256(seed.encode()).digest()))
    kinds = OF_BYTES + OF_TEXT if is_text else OF_BYTES
    return kinds[int(rng.integers(len(kinds)))](data, rng)


def _place(data: bytes, rng: np.random.Generator) -> int:
    return int(rng.integers(len(data)))


def _set(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + bytes([value]) + data[place + 1 :]
