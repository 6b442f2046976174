import pytest

from senformer.core.duration import format_duration


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (3599.4, "59 min 59 s"),
        (3600.0, "1 h 00 min"),
        (90_061.0, "25 h 01 min"),
    ],
)
def test_format_duration__at_the_changes_of_unit(seconds, expected):
    assert format_duration(seconds) == expected
