import numpy as np

from senformer.genome.sequence import encode
from senformer.model.kmers.words import (
    center_weights,
    count_words,
    pack_words,
    reverse_words,
    spell_words,
    sum_rows,
)

ROWS = np.stack([encode("ACGTANN"), encode("NNCCCCN"), encode("NNNNNNN")])


def test_pack_words__both_strands_and_n():
    forward, reverse, known = pack_words(ROWS, 3)
    assert known.tolist() == [[1, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0] * 5]
    # ACG = 0 1 2, and of the other strand CGT = 1 2 3.
    assert (forward[0, 0], reverse[0, 0]) == (0b000110, 0b011011)
    assert pack_words(ROWS, 9)[0].shape == (3, 0)


def test_count_words__each_once_a_row():
    words = count_words(ROWS, 3)
    # ACG CGT GTA and CGT ACG TAC; CCC twice and GGG twice; nothing.
    assert np.diff(words.edges).tolist() == [4, 2, 0]
    assert words.counts.tolist() == [2, 2, 1, 1, 2, 2]
    assert words.rows.tolist() == [0, 0, 0, 0, 1, 1]
    assert count_words(ROWS, 3, both_strands=False).counts.tolist() == [1, 1, 1, 2]


def test_count_words__weights_of_places():
    weights = np.arange(15.0).reshape(3, 5)
    assert count_words(ROWS, 3, both_strands=False, weights=weights).counts.tolist() == [0, 1, 2, 7 + 8]


def test_spell_words__undoes_packing_and_turns():
    words = np.array([0b000110, 0b110100])
    assert spell_words(words, 3).tolist() == [[0, 1, 2], [3, 1, 0]]
    assert spell_words(reverse_words(words, 3), 3).tolist() == [[1, 2, 3], [3, 2, 0]]


def test_sum_rows__by_count():
    words = count_words(ROWS, 3)
    values = np.arange(12.0).reshape(6, 2)
    assert sum_rows(words, values).tolist() == [[14, 20], [2 * 8 + 2 * 10, 2 * 9 + 2 * 11], [0, 0]]


def test_center_weights__of_the_known_part():
    """20 bases and words of 6: as the published program weighs them; padding moves the middle along."""
    codes = np.full((2, 26), 4, dtype=np.uint8)
    codes[0, :20] = codes[1, 4:24] = 0
    found = center_weights(codes, 6, 50, 50.0)
    expected = [46, 47, 47, 48, 48, 49, 50, 50, 50, 49, 48, 48, 47, 47, 46]
    assert found[0, :15].tolist() == expected
    assert found[1, 4:19].tolist() == expected
