"""Rows as text: cut into blocks of one size, whatever the pieces they come in."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk, Origin, blocks, refuse_missing


def chunk(first: int, n_rows: int) -> Chunk:
    texts = [str(row) for row in range(first, first + n_rows)]
    return Chunk(Path("t.tsv"), {"a": pa.array(texts)}, np.arange(first + 2, first + n_rows + 2))


@pytest.mark.parametrize("sizes", [(10,), (3, 7), (1, 1, 5, 3), (4, 4, 2)])
def test_blocks__do_not_depend_on_the_chunks(sizes: tuple[int, ...]) -> None:
    edges = np.cumsum([0, *sizes])
    pieces = [chunk(int(lo), size) for lo, size in zip(edges[:-1], sizes, strict=True)]
    found = [
        [text for part in block for text in part.columns["a"].to_pylist()] for block in blocks(pieces, 4)
    ]
    assert found == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"]]


def test_blocks__of_nothing() -> None:
    assert list(blocks([], 4)) == []


def test_where__names_line_and_column() -> None:
    part = chunk(0, 5).slice(2, 4)
    assert part.where(1) == "t.tsv line 5"
    assert part.where(0, "a") == "t.tsv line 4, column 'a'"


def test_where__names_the_file_that_gave_the_column() -> None:
    origin = Origin(Path("v.tsv"), np.array([31, 12, 40, 7]))
    part = chunk(0, 9).take(np.array([1, 3, 5, 7])).joined_with({"y": pa.array(list("1234"))}, origin)
    part = part.slice(1, 4).slice(1, 3)
    assert part.columns["y"].to_pylist() == ["3", "4"]
    assert part.where(0, "y") == "v.tsv line 40, column 'y'"
    assert part.where(1, "y") == "v.tsv line 7, column 'y'"
    assert part.where(1, "a") == "t.tsv line 9, column 'a'"
    assert part.where(1) == "t.tsv line 9"


def test_refuse_missing__names_the_nearest() -> None:
    with pytest.raises(DataError, match=r"t.tsv: has no column 'sequense'. Did you mean 'sequence'\?"):
        refuse_missing(Path("t.tsv"), ["sequence", "id"], ["id", "sequense"])
