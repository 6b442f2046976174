"""Protocol-buffer messages, taken apart without their schemas.

Source: protobuf.dev/programming-guides/encoding.
"""

from collections import defaultdict

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10

# What one field of a message holds: numbers (also of fixed width) or bytes, in order.
Message = dict[int, list[int | bytes]]


def read_varint(data: bytes, start: int) -> tuple[int, int]:
    """Return the number that begins at ``start``, and where it ends.

    Raises
    ------
    ValueError
        The data end within it, or it is longer than any.
    """
    value = 0
    for place in range(_MAX_VARINT_BYTES):
        if start + place >= len(data):
            raise ValueError("ends within a number")
        byte = data[start + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, start + place + 1
    raise ValueError("holds a number that is too long")


def read_message(data: bytes) -> Message:
    """Return the values of every field, by field number; an absent field is an empty list.

    Raises
    ------
    ValueError
        The data are no message.
    """
    fields: Message = defaultdict(list)
    place = 0
    while place < len(data):
        tag, place = read_varint(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = read_varint(data, place)
            fields[number].append(value)
            continue
        if kind == _BYTES:
            size, place = read_varint(data, place)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"holds a field of unknown kind {kind}")
        piece = data[place : place + size]
        if len(piece) != size:
            raise ValueError("ends within a field")
        fields[number].append(piece if kind == _BYTES else int.from_bytes(piece, "little"))
        place += size
    return fields


def number_of(message: Message, field: int, default: int = 0) -> int:
    """Return a numeric field, the last one given; ``default`` where it is absent."""
    value = message[field][-1] if message[field] else default
    if not isinstance(value, int):
        raise ValueError(f"field {field} is no number")
    return value


def signed(value: int) -> int:
    """Return an int64 that was written as a varint."""
    return value - 2**64 if value >= 2**63 else value


def pieces_of(message: Message, field: int) -> list[bytes]:
    """Return a field of bytes, text or messages, every one given."""
    values = message[field]
    if any(isinstance(value, int) for value in values):
        raise ValueError(f"field {field} is a number")
    return [value for value in values if isinstance(value, bytes)]
