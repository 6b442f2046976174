import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.weights.bundles import field, fixed32, varint

from senformer.model.weights.bundle.wire import number_of, pieces_of, read_message, read_varint, signed


@given(st.integers(0, 2**64 - 1))
def test_read_varint__round_trip(value):
    data = b"\x07" + varint(value) + b"\x01"
    assert read_varint(data, 1) == (value, len(data) - 1)


def test_read_varint__cut_off_or_endless():
    with pytest.raises(ValueError, match="ends within a number"):
        read_varint(b"\x80\x80", 0)
    with pytest.raises(ValueError, match="too long"):
        read_varint(b"\x80" * 12, 0)


def test_read_message__every_kind_of_field():
    message = read_message(
        field(1, 300) + field(2, "text") + fixed32(6, 7) + field(2, b"") + b"\x49" + b"\2" * 8
    )
    assert number_of(message, 1) == 300
    assert pieces_of(message, 2) == [b"text", b""]
    assert number_of(message, 6) == 7
    assert number_of(message, 9) == 0x0202020202020202
    assert (number_of(message, 5, default=4), pieces_of(message, 5)) == (4, [])


def test_read_message__damaged():
    with pytest.raises(ValueError, match="ends within a field"):
        read_message(field(2, "text")[:-1])
    with pytest.raises(ValueError, match="unknown kind 3"):
        read_message(b"\x0b")
    with pytest.raises(ValueError, match="field 2 is no number"):
        number_of(read_message(field(2, "text")), 2)
    with pytest.raises(ValueError, match="field 1 is a number"):
        pieces_of(read_message(field(1, 3)), 1)


def test_signed__of_two_s_complement():
    assert [signed(value) for value in (5, 2**63 - 1, 2**64 - 1)] == [5, 2**63 - 1, -1]
