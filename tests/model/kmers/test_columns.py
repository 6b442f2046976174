import numpy as np
from tests.model.kmers.test_gram import BY_MISMATCHES, packed, sequences

from senformer.model.kmers.columns import Columns, kept_counts, largest_sum, turned
from senformer.model.kmers.gram import gram
from senformer.model.kmers.words import count_words

WORDS = count_words(packed(sequences(2, (20, 12, 19))), 5)


def test_columns__counts_are_made_once():
    columns, kept = Columns(WORDS), (0, 2, 3)
    found = columns.counts(kept, np.float32)
    assert columns.counts(kept, np.float32) is found
    assert columns.counts(kept, np.float64) is not found
    expected = turned(kept_counts(WORDS, kept, np.float32))
    np.testing.assert_array_equal(found.toarray(), expected.toarray())


def test_columns__are_made_anew_beyond_their_bytes_and_count_alike():
    rows, none, all_ = count_words(packed(sequences(1, (20, 14))), 5), Columns(WORDS, 0), Columns(WORDS)
    assert none.counts((0, 2), np.float32) is not none.counts((0, 2), np.float32)
    for _ in range(2):
        np.testing.assert_array_equal(gram(rows, none, BY_MISMATCHES), gram(rows, all_, BY_MISMATCHES))


def test_largest_sum__of_the_sequence_with_the_most_words():
    # Words of 5 in 20 bp on both strands; the others are shorter or have an N.
    assert largest_sum(WORDS) == 2 * 16
