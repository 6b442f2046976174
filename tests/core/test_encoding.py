import pytest

from senformer.core.encoding import is_utf16


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("a\tb\n".encode("utf-16"), True),
        (b"\xfe\xff" + "a".encode("utf-16-be"), True),
        (b"\xff\xfe", True),
        (b"\xff", False),
        ("a".encode("utf-8-sig"), False),
        (b"", False),
    ],
)
def test_is_utf16__by_its_mark(start, expected):
    assert is_utf16(start) is expected
