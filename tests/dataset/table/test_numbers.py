"""Text to numbers: missing values, logarithms, scaling, and the line of every fault."""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.dataset.table.toy import toy_config

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.numbers import read_columns, read_numbers, read_values
from senformer.dataset.table.plan import make_tracks


def chunk(**columns: list[str]) -> Chunk:
    arrays = {name: pa.array(texts) for name, texts in columns.items()}
    return Chunk(Path("t.tsv"), arrays, np.arange(2, 2 + len(next(iter(arrays.values())))))


def test_read_numbers__missing_texts_are_nan() -> None:
    found = read_numbers(chunk(v=["1", " 2.5 ", "-3e2", "NA", "nan", "", "N/A", "null", "."]), "v")
    np.testing.assert_array_equal(found, [1, 2.5, -300] + [math.nan] * 6)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["1", "NA", "0,5"], "t.tsv line 4, column 'v': '0,5' is no number. Mend it, or write NA."),
        (
            ["1", "yes"],
            "t.tsv line 3, column 'v': 'yes' is no number. Write 1 and 0 for labels, or a number.",
        ),
        (["True", "0"], "t.tsv line 2, column 'v': 'True' is no number. Write 1 and 0 for labels"),
        (["1", "inf"], "t.tsv line 3, column 'v': 'inf' is not finite"),
        (["1", "1e400"], "t.tsv line 3, column 'v'"),
    ],
)
def test_read_numbers__refuses(texts: list[str], message: str) -> None:
    with pytest.raises(DataError) as fault:
        read_numbers(chunk(v=texts), "v")
    assert message in str(fault.value)


@pytest.mark.parametrize(("log", "known"), [("ln", math.log), ("log2", math.log2), ("log1p", math.log1p)])
def test_read_values__logarithm_then_scale(log: str, known: object) -> None:
    config = toy_config(Path("t"), values={"v": {"log": log, "scale": 3.0}, "w": {"column": "u"}})
    found = read_values(chunk(v=["8", "NA"], u=["1", "2"]), config.values, make_tracks(config))
    np.testing.assert_allclose(found, [[3 * known(8), 1], [math.nan, 2]], rtol=1e-6)


@pytest.mark.parametrize(("log", "text"), [("log2", "0"), ("ln", "-1"), ("log1p", "-1")])
def test_read_values__no_logarithm(log: str, text: str) -> None:
    config = toy_config(Path("t"), values={"v": {"log": log}})
    with pytest.raises(DataError, match=f"line 3, column 'v': '{text}' has no {log}"):
        read_values(chunk(v=["2", text]), config.values, make_tracks(config))


def test_read_values__beyond_float32() -> None:
    config = toy_config(Path("t"), values={"v": {"scale": 10.0}})
    with pytest.raises(DataError, match="line 2, column 'v': '1e38' is beyond float32"):
        read_values(chunk(v=["1e38"]), config.values, make_tracks(config))


def test_read_columns__an_input_has_no_holes() -> None:
    assert read_columns(chunk(a=["1"], b=["2"]), ["b", "a"]).tolist() == [[2, 1]]
    with pytest.raises(DataError, match="line 3, column 'b': 'NA' is missing or too large for an input"):
        read_columns(chunk(a=["1", "2"], b=["2", "NA"]), ["a", "b"])
