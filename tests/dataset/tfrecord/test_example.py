"""Examples: round trips, equality with the slow decoder, and messages that are none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles import tfrecord as oracle

from senformer.dataset.tfrecord.example import parse_example, write_example

FLOATS = st.lists(st.floats(width=32), max_size=8).map(lambda values: np.array(values, np.float32))
FEATURES = st.dictionaries(st.text(max_size=12), st.binary(max_size=40) | FLOATS, max_size=3)


@given(FEATURES)
def test_write_example__round_trip(features: dict) -> None:
    found = parse_example(write_example(features))
    assert set(found) == set(features)
    for name, value in features.items():
        if isinstance(value, bytes):
            assert found[name] == value
        else:
            np.testing.assert_array_equal(found[name], value)


@given(FEATURES.filter(bool))
def test_write_example__slow_decoder_reads_the_same(features: dict) -> None:
    ((_, content),) = oracle._fields(write_example(features))
    found = dict(oracle._feature(entry) for _, entry in oracle._fields(content))
    for name, value in features.items():
        assert found[name] == ((1, value) if isinstance(value, bytes) else (2, value.tobytes()))


def entry(value: bytes, name: bytes = b"\x0a\x01a") -> bytes:
    """Return an example of one feature whose value message is given; all lengths below 128."""
    inner = name + b"\x12" + bytes([len(value)]) + value
    features = b"\x0a" + bytes([len(inner)]) + inner
    return b"\x0a" + bytes([len(features)]) + features


def test_parse_example__floats_one_by_one() -> None:
    one, two = np.float32(1.5).tobytes(), np.float32(-2).tobytes()
    values = b"\x0d" + one + b"\x0d" + two
    found = parse_example(entry(b"\x12" + bytes([len(values)]) + values))
    assert found["a"].tolist() == [1.5, -2.0]


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b"\x12\x00", "field 2 of the example is unknown"),
        (b"\x0a\x05\x0a", "field 1 reaches beyond its message"),
        (b"\x0a\x80", "a number is cut short"),
        (b"\xff" * 12, "a number has more than 10 bytes"),
        (b"\x0b\x00", "wire type 3 is unknown"),
        (b"\x0a\x02\x12\x00", "field 2 of its features is unknown"),
        (b"\x0a\x02\x0a\x00", "a feature has no name or no value"),
        (entry(b"\x1a\x02\x0a\x00"), "feature 'a' holds int64 values"),
        (entry(b"\x0a\x04\x0a\x00\x0a\x00"), "feature 'a' holds 2 byte strings, not one"),
        (entry(b""), "feature 'a' holds 0 lists of values, not one"),
        (entry(b"\x12\x05\x0a\x03abc"), "the float list of feature 'a' is damaged"),
        (entry(b"\x22\x00"), "the values of feature 'a' are of no known kind"),
        (entry(b"\x0a\x02\x0a\x00", b"\x0a\x01\xff"), "the name of a feature is no UTF-8 text"),
    ],
)
def test_parse_example__refuses(payload: bytes, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        parse_example(payload)


def test_parse_example__refuses_a_feature_twice() -> None:
    one = write_example({"a": b"x"})
    inner = one[2:]
    with pytest.raises(ValueError, match="feature 'a' stands twice"):
        parse_example(b"\x0a" + bytes([2 * len(inner)]) + inner + inner)


@given(st.binary(max_size=60))
def test_parse_example__any_bytes_parse_or_are_refused(payload: bytes) -> None:
    try:
        parse_example(payload)
    except ValueError:
        return
