import pandas as pd
import pytest

from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.dataset.example_weights import read_weights, weights_of

WINDOWS = pd.DataFrame({"chrom": ["chr2", "chr1"], "start": [0, 10], "end": [5, 15], "split": "train"})


def _write(path, text):
    (path / "w.tsv").write_text(text.replace(" ", "\t"))
    return path / "w.tsv"


def test_weights_of__windows_in_their_order(tmp_path):
    path = _write(tmp_path, "chrom start end weight note\nchr1 10 15 0.5 a\nchr2 0 5 2 b\nchr3 0 5 9 c\n")
    assert weights_of(WINDOWS, read_weights(path), "here").tolist() == [2.0, 0.5]


def test_weights_of__rows_by_id(tmp_path):
    path = _write(tmp_path, "id weight\n001 3\nb 0\n")
    rows = pd.DataFrame({"id": ["b", "001"]})
    assert weights_of(rows, read_weights(path), "here").tolist() == [0.0, 3.0]


@pytest.mark.parametrize(
    ("text", "error", "found"),
    [
        ("chrom start weight\nchr1 1 2\n", ConfigError, "w.tsv: has the columns chrom, start, weight"),
        (
            "id weight\na 1\nb -2\n",
            DataError,
            "w.tsv line 3: the weight is '-2'; it is 0 or more (1 of 2 lines)",
        ),
        ("id weight\na x\n", DataError, "w.tsv line 2: the weight is 'x'"),
        ("id weight\na nan\n", DataError, "w.tsv line 2: the weight is 'nan'"),
        ("id weight\na inf\n", DataError, "w.tsv line 2: the weight is 'inf'"),
        ("id weight\na 1\na 1\n", DataError, "w.tsv line 3: the example of 'a' stands twice"),
    ],
)
def test_read_weights__first_fault_named(tmp_path, text, error, found):
    with pytest.raises(error) as caught:
        read_weights(_write(tmp_path, text))
    assert found in str(caught.value)


def test_read_weights__no_such_file(tmp_path):
    with pytest.raises(MissingInputError, match="no such file"):
        read_weights(tmp_path / "w.tsv")


@pytest.mark.parametrize(
    ("text", "error", "found"),
    [
        (
            "chrom start end weight\nchr1 10 15 1\n",
            DataError,
            "1 of 2 examples have no weight, the first is chr2 0 5",
        ),
        ("chrom start end weight\nchr1 10 15 0\nchr2 0 5 0\n", DataError, "every weight is 0"),
        ("id weight\na 1\n", ConfigError, "weights are given by id, the examples have none"),
    ],
)
def test_weights_of__first_fault_named(tmp_path, text, error, found):
    with pytest.raises(error, match=found):
        weights_of(WINDOWS, read_weights(_write(tmp_path, text)), "here")
