"""Keys: the same for equal texts, and for a sequence and its reverse complement."""

import numpy as np
from tests.oracles.table import turned

from senformer.dataset.table.keys import find_keys, sequence_keys, text_keys


def test_text_keys__equal_where_texts_are() -> None:
    a, b, c = text_keys(["x", "y", "x"])
    assert a == c != b


def test_sequence_keys__know_the_other_strand_and_either_case() -> None:
    sequence = "ACGTTGCAANR"
    same = sequence_keys([(sequence,), (sequence.lower(),), ("YNTTGCAACGT",)])
    assert len(set(same.tolist())) == 1
    assert sequence_keys([(sequence[:-1],)])[0] != same[0]
    assert turned("ACGTTGCAA") == "TTGCAACGT"


def test_sequence_keys__of_pairs_turn_together() -> None:
    pair, both_turned, one_turned = sequence_keys([("AAC", "GGA"), ("GTT", "TCC"), ("AAC", "TCC")])
    assert pair == both_turned != one_turned


def test_find_keys__place_among_the_sorted() -> None:
    place, is_known = find_keys(np.array([-5, 2, 9]), np.array([9, 3, -5, 10, -6]))
    assert is_known.tolist() == [True, False, True, False, False]
    assert place[is_known].tolist() == [2, 0]
