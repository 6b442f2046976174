import pytest

from senformer.model.tiling.spans import Source, Span, source, spans


@pytest.mark.parametrize(
    ("batch", "n_rows", "tile"), [(3, 7, 7), (3, 7, 3), (5, 4, 9), (2, 6, 1), (1, 5, 100)]
)
def test_spans__cover_every_row_once(batch, n_rows, tile):
    seen = []
    for span in spans(batch, n_rows, tile):
        rows = [(b, r) for b in range(span.lowest, span.highest) for r in range(span.first, span.end)]
        assert 0 < len(rows) <= max(tile, 1)
        seen += rows
    assert sorted(seen) == [(b, r) for b in range(batch) for r in range(n_rows)]
    assert len(seen) == len(set(seen))


def test_spans__whole_examples_go_together():
    assert list(spans(5, 4, 9)) == [Span(0, 2, 0, 4), Span(2, 4, 0, 4), Span(4, 5, 0, 4)]
    assert Span(1, 2, 3, 4).rows == (slice(1, 2), slice(3, 4))


# Ten input rows: inside, at either end, and both at once.
@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        (2, 3, Source(2, 8, (0, 0))),
        (0, 2, Source(0, 6, (2, 0))),
        (3, 5, Source(4, 10, (0, 2))),
        (0, 5, Source(0, 10, (2, 2))),
    ],
)
def test_source__knows_what_lies_beyond_the_ends(first, end, expected):
    assert source(first, end, 10, ratio=2, reach=2) == expected


def test_source__rounded_where_there_are_rows():
    read = Source(2, 10, (0, 0))
    assert read.rounded(20, 16) == Source(2, 18, (0, 0), surplus=8)
    assert read.rounded(17, 16) == read
    assert read.rounded(20, 4) == read
