"""Keys: the same for equal texts, and for a sequence and its reverse complement."""

from tests.oracles.table import turned

from senformer.dataset.table.keys import sequence_keys, text_keys


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
