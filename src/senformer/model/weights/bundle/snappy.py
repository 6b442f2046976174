"""Snappy's block format, read only: index tables of some releases are packed with it.

Source: github.com/google/snappy, format_description.txt.
"""

from senformer.model.weights.bundle.wire import read_varint

_LITERAL, _COPY_1, _COPY_2 = 0, 1, 2
_LONG_LITERAL = 60


def unpack(data: bytes) -> bytes:
    """Return what was packed.

    Raises
    ------
    ValueError
        The data are damaged.
    """
    size, place = read_varint(data, 0)
    out = bytearray()
    while place < len(data):
        tag = data[place]
        if tag & 3 == _LITERAL:
            length, place = _literal(data, place)
            if place + length > len(data):
                raise ValueError("ends within a literal")
            out += data[place : place + length]
            place += length
        else:
            length, offset, place = _copy(data, place)
            _repeat(out, length, offset)
    if len(out) != size:
        raise ValueError(f"unpacks to {len(out)} bytes, not {size}")
    return bytes(out)


def _number(data: bytes, start: int, size: int) -> int:
    if start + size > len(data):
        raise ValueError("ends within a length")
    return int.from_bytes(data[start : start + size], "little")


def _literal(data: bytes, place: int) -> tuple[int, int]:
    """Return length and start of a literal whose tag is at ``place``."""
    short = data[place] >> 2
    if short < _LONG_LITERAL:
        return short + 1, place + 1
    size = short - _LONG_LITERAL + 1
    return _number(data, place + 1, size) + 1, place + 1 + size


def _copy(data: bytes, place: int) -> tuple[int, int, int]:
    """Return length, offset and end of a copy whose tag is at ``place``."""
    tag = data[place]
    if tag & 3 == _COPY_1:
        return 4 + ((tag >> 2) & 7), ((tag >> 5) << 8) | _number(data, place + 1, 1), place + 2
    size = 2 if tag & 3 == _COPY_2 else 4
    return (tag >> 2) + 1, _number(data, place + 1, size), place + 1 + size


def _repeat(out: bytearray, length: int, offset: int) -> None:
    """Append ``length`` bytes from ``offset`` before the end; they may reach into what is appended."""
    if not 0 < offset <= len(out):
        raise ValueError("copies from before its beginning")
    start = len(out) - offset
    for step in range(length):
        out.append(out[start + step])
