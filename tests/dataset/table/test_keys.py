"""Keys: the same for equal texts, and for a sequence and its reverse complement."""

import numpy as np
import pyarrow as pa
import pytest
from tests.oracles.table import canonical, turned

from senformer.dataset.table.keys import find_keys, sequence_keys, text_keys


def test_text_keys__equal_where_texts_are() -> None:
    a, b, c = text_keys(["x", "y", "x"])
    assert a == c != b


def test_sequence_keys__know_the_other_strand_and_either_case() -> None:
    sequence = "ACGTTGCAANR"
    same = sequence_keys([pa.array([sequence, sequence.lower(), "YNTTGCAACGT"])])
    assert len(set(same.tolist())) == 1
    assert sequence_keys([pa.array([sequence[:-1]])])[0] != same[0]
    assert turned("ACGTTGCAA") == "TTGCAACGT"


def test_sequence_keys__of_pairs_turn_together() -> None:
    pair, both_turned, one_turned = sequence_keys(
        [pa.array(["AAC", "GTT", "AAC"]), pa.array(["GGA", "TCC", "TCC"])]
    )
    assert pair == both_turned != one_turned


@pytest.mark.parametrize("n_columns", [1, 2])
def test_sequence_keys__equal_exactly_where_canonical_sequences_are(n_columns: int) -> None:
    rng = np.random.default_rng(n_columns)
    columns = [
        ["".join(rng.choice(list("ACgTN"), rng.integers(1, 4))) for _ in range(300)] for _ in range(n_columns)
    ]
    # A slice, whose buffers begin elsewhere.
    keys = sequence_keys([pa.array(["GG", *column])[1:] for column in columns])
    known = [canonical(row) for row in zip(*columns, strict=True)]
    assert len(set(known)) < 300
    assert len(set(keys.tolist())) == len(set(known)) == len(set(zip(keys.tolist(), known, strict=True)))


def test_keys__of_nothing() -> None:
    assert text_keys([]).dtype == sequence_keys([pa.array([], pa.string())]).dtype == np.int64


def test_text_keys__do_not_change() -> None:
    assert text_keys(["a", "chr1:0-5"]).tolist() == [-4496393130729816112, 4960639393831794194]


def test_find_keys__place_among_the_sorted() -> None:
    place, is_known = find_keys(np.array([-5, 2, 9]), np.array([9, 3, -5, 10, -6]))
    assert is_known.tolist() == [True, False, True, False, False]
    assert place[is_known].tolist() == [2, 0]
