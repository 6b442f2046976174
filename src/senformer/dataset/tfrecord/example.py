"""``tf.train.Example`` as a protocol buffer, read and written without TensorFlow.

An example is a map from names to lists: of byte strings, of float32 or of int64. Read strictly: what is no
such message is named with the byte where it stops making sense.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Float32

Value = bytes | Float32[np.ndarray, " value"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_KINDS = {1: "byte strings", 2: "float32 values", 3: "int64 values"}
_MOST_VARINT_BYTES = 10


def parse_example(payload: bytes) -> dict[str, Value]:
    """Return every feature of an example: one byte string, or an array of float32.

    Raises
    ------
    ValueError
        The payload is no example, names a feature twice, or holds int64 values or several byte strings.
    """
    view = memoryview(payload)
    features: dict[str, Value] = {}
    for number, wire, content in _fields(view):
        _expect(number == 1 and wire == _BYTES, f"field {number} of the example is unknown")
        for inner, inner_wire, entry in _fields(content):
            _expect(inner == 1 and inner_wire == _BYTES, f"field {inner} of its features is unknown")
            name, value = _entry(entry)
            _expect(name not in features, f"feature {name!r} stands twice")
            features[name] = value
    return features


def _entry(entry: memoryview) -> tuple[str, Value]:
    parts: dict[int, memoryview] = {}
    for number, wire, content in _fields(entry):
        _expect(number in (1, 2) and wire == _BYTES, f"field {number} of a feature is unknown")
        parts[number] = content
    _expect(set(parts) == {1, 2}, "a feature has no name or no value")
    try:
        name = bytes(parts[1]).decode("utf-8")
    except UnicodeDecodeError as fault:
        raise ValueError("the name of a feature is no UTF-8 text") from fault
    return name, _value(name, parts[2])


def _value(name: str, feature: memoryview) -> Value:
    lists = list(_fields(feature))
    _expect(len(lists) == 1, f"feature {name!r} holds {len(lists)} lists of values, not one")
    ((kind, wire, content),) = lists
    _expect(wire == _BYTES and kind in _KINDS, f"the values of feature {name!r} are of no known kind")
    if kind == 1:
        values = list(_fields(content))
        _expect(
            len(values) == 1 and values[0][:2] == (1, _BYTES),
            f"feature {name!r} holds {len(values)} byte strings, not one",
        )
        return bytes(values[0][2])
    _expect(kind == 2, f"feature {name!r} holds int64 values, which no Basenji layout has")
    return _floats(name, content)


def _floats(name: str, content: memoryview) -> Float32[np.ndarray, " value"]:
    """Return a list of floats, packed or one by one."""
    parts = []
    for number, wire, values in _fields(content):
        known = number == 1 and wire in (_BYTES, _FIXED32) and len(values) % 4 == 0
        _expect(known, f"the float list of feature {name!r} is damaged")
        parts.append(values)
    return np.frombuffer(b"".join(parts), "<f4").astype(np.float32, copy=False)


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Yield number, wire type and content of each field; a number's content is its own bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire, first = key >> 3, key & 7, at
        if wire == _BYTES:
            size, first = _varint(message, at)
            at = first + size
        elif wire in (_FIXED32, _FIXED64):
            at += 4 if wire == _FIXED32 else 8
        else:
            _expect(wire == _VARINT, f"wire type {wire} is unknown")
            _, at = _varint(message, at)
        _expect(at <= len(message), f"field {number} reaches beyond its message")
        yield number, wire, message[first:at]


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_MOST_VARINT_BYTES):
        _expect(at < len(message), "a number is cut short")
        byte = message[at]
        value |= (byte & 127) << (7 * place)
        at += 1
        if byte < 128:
            return value, at
    raise ValueError("a number has more than 10 bytes")


def _expect(holds: bool, found: str) -> None:
    if not holds:
        raise ValueError(found)


def write_example(features: Mapping[str, Value]) -> bytes:
    """Return an example of the given features, ordered by name, so that equal features give equal bytes."""
    entries = []
    for name in sorted(features):
        value = features[name]
        kind, raw = (1, value) if isinstance(value, bytes) else (2, value.astype("<f4").tobytes())
        entries.append(_field(1, _field(1, name.encode()), _field(2, _field(kind, _field(1, raw)))))
    return _field(1, *entries)


def _field(number: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes([number << 3 | _BYTES]) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
