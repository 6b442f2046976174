import pytest

from senformer.core.wording import closest, counted


@pytest.mark.parametrize(
    ("n", "expected"), [(0, "0 tracks"), (1, "1 track"), (2, "2 tracks"), (12_345, "12,345 tracks")]
)
def test_counted__one_is_singular(n, expected):
    assert counted(n, "track") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("BIGWIG", "bigWig"), ("bigwg", "bigWig"), ("bam", "bam"), ("cool", None), ("", None)],
)
def test_closest__whatever_the_case(name, expected):
    assert closest(name, {"bigWig", "bam"}) == expected
