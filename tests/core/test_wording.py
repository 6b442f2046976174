import pytest

from senformer.core.wording import counted


@pytest.mark.parametrize(
    ("n", "expected"), [(0, "0 tracks"), (1, "1 track"), (2, "2 tracks"), (12_345, "12,345 tracks")]
)
def test_counted__one_is_singular(n, expected):
    assert counted(n, "track") == expected
