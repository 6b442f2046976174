"""Places of rows: three columns or one text, and what is no place."""

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.places import read_places
from senformer.genome.interval import Interval, parse_region


def chunk(**columns: list[str]) -> Chunk:
    arrays = {name: pa.array(texts) for name, texts in columns.items()}
    return Chunk(Path("t"), arrays, np.arange(2, 2 + len(next(iter(arrays.values())))))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("chr1:101-200", ("chr1", 100, 200)),
        ("chr1:1-1", ("chr1", 0, 1)),
        ("chr1:1,001-2,000", ("chr1", 1000, 2000)),
        ("chr1-104768570-104768734_UPCQ_WT", ("chr1", 104768570, 104768734)),
        ("chrX_4544150_4544398_-_peak_849bp_region", ("chrX", 4544150, 4544398)),
        ("2L:5-9(+)", ("2L", 4, 9)),
        ("e1::chr1:101-200(+)", ("chr1", 100, 200)),
    ],
)
def test_read_places__texts(text: str, known: tuple) -> None:
    chroms, start, end = read_places(chunk(p=[text]), "p")
    assert (chroms.to_pylist()[0], int(start[0]), int(end[0])) == known


def test_read_places__reads_a_region_as_everywhere_else() -> None:
    texts = ["chr1:1-1", "chr2:7-9", "chrX:1,001-2,000"]
    chroms, start, end = read_places(chunk(p=texts), "p")
    found = [Interval(*place) for place in zip(chroms.to_pylist(), start.tolist(), end.tolist(), strict=True)]
    assert found == [parse_region(text) for text in texts]


def test_read_places__three_columns_that_count_from_1() -> None:
    three = ("c", "s", "e")
    read = partial(read_places, columns=three, is_one_based=True)
    chroms, start, end = read(chunk(c=["1", "2"], s=["1", "6"], e=["1", "9"]))
    assert (chroms.to_pylist(), start.tolist(), end.tolist()) == (["1", "2"], [0, 5], [1, 9])
    with pytest.raises(DataError, match="line 3, column 's': the start is 0, and one_based counts from 1"):
        read(chunk(c=["1", "1"], s=["1", "0"], e=["1", "9"]))
    with pytest.raises(DataError, match="line 2, column 'e': the end 8 is not beyond the start 9"):
        read(chunk(c=["1"], s=["9"], e=["8"]))


def test_read_places__three_columns() -> None:
    chroms, start, end = read_places(chunk(c=["1", "2"], s=["5", " 6"], e=["7", "9"]), ("c", "s", "e"))
    assert (chroms.to_pylist(), start.tolist(), end.tolist()) == (["1", "2"], [5, 6], [7, 9])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"p": ["chr1:1-2", "chr1:100"]}, "line 3, column 'p': 'chr1:100' is no place"),
        (
            {"p": ["chr1:0-100"]},
            "line 2, column 'p': 'chr1:0-100' is no place. A text with a colon is 1-based",
        ),
        ({"p": ["chr1:9-8"]}, "line 2, column 'p': 'chr1:9-8' is no place"),
        ({"p": ["chr1-8-8"]}, "'chr1-8-8' is no place. The end lies beyond the start"),
        ({"c": ["a"], "s": ["1.5"], "e": ["2"]}, "line 2, column 's': '1.5' is no position"),
        ({"c": ["a"], "s": ["-1"], "e": ["2"]}, "line 2, column 's': '-1' is no position"),
        ({"c": ["a", "a"], "s": ["1", "7"], "e": ["2", "7"]}, "line 3, column 'e': the end 7 is not beyond"),
    ],
)
def test_read_places__refuses(texts: dict, message: str) -> None:
    with pytest.raises(DataError) as fault:
        read_places(chunk(**texts), "p" if "p" in texts else ("c", "s", "e"))
    assert message in str(fault.value)
