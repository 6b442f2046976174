"""Sequences to windows: padding, flanks, cropping, against one made letter by letter."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.dataset.table.toy import WINDOW_BP, toy_config, toy_sequences
from tests.oracles.table import window_of

from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.encode import check_column, encode_column, end_to_end


def chunk(texts: list[str]) -> Chunk:
    # A slice: its text does not begin at the start of the buffer.
    column = pa.array(["GATTACA", *texts]).slice(1)
    return Chunk(Path("t.tsv"), {"seq": column}, np.arange(2, 2 + len(texts)))


@pytest.mark.parametrize("flanks", [("", ""), ("ACGTA", "CC"), ("", "ACG" * 20), ("TTGCA" * 10, "A")])
@pytest.mark.parametrize("pad", ["center", "left", "right"])
@pytest.mark.parametrize("window_bp", [WINDOW_BP, 20, 47])
def test_encode_column__equals_the_plain_window(window_bp: int, pad: str, flanks: tuple[str, str]) -> None:
    texts = toy_sequences()
    config = toy_config(
        Path("t"), window_bp=window_bp, pad=pad, flanks=dict(zip(["left", "right"], flanks, strict=True)),
        too_long="crop",
    )  # fmt: skip
    matrix, place, n_cropped = encode_column(chunk(texts), "seq", config)
    np.testing.assert_array_equal(matrix, [window_of(text, window_bp, pad, *flanks) for text in texts])
    assert n_cropped == sum(len(text) > window_bp for text in texts)
    kept = [min(len(text), window_bp) for text in texts]
    assert (place.end - place.start).tolist() == kept


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 3, column 'seq': the sequence is empty"),
        ("ACGU", "line 3, column 'seq': letter 'U' at index 3 is no base. Write T for U"),
        ("AC-GT", "letter '-' at index 2 is no base"),
        ("A" * 33, "line 3, column 'seq': the sequence has 33 bases, more than window_bp 32"),
    ],
)
def test_check_column__refuses(text: str, message: str) -> None:
    with pytest.raises(DataError) as fault:
        check_column(chunk(["ACGT", text]), "seq", toy_config(Path("t")))
    assert message in str(fault.value)
    check_column(chunk(["ACGT"]), "seq", toy_config(Path("t")))


def test_check_column__says_which_rows_have_no_known_base() -> None:
    texts = ["N", "ACGT", "nRn", "NNA", "TNN", "NN"]
    found = check_column(chunk(texts), "seq", toy_config(Path("t")))
    assert found.tolist() == [True, False, True, False, False, True]
    assert check_column(chunk([]), "seq", toy_config(Path("t"))).tolist() == []


def test_end_to_end__joins_several_sequences_by_n() -> None:
    texts = {"a": pa.array(["AC", "G"]), "b": pa.array(["T", "GG"])}
    offsets, codes = end_to_end(Chunk(Path("t"), texts, np.array([2, 3])), ["a", "b"])
    assert offsets.tolist() == [0, 4, 8]
    assert codes.tolist() == [0, 1, 4, 3, 2, 4, 2, 2]
