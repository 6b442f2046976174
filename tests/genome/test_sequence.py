import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import codes, dna, mixed_case_iupac_dna, not_bases

from senformer.genome.sequence import (
    count_iupac,
    decode,
    encode,
    one_hot,
    reverse_complement,
    unknown_runs,
)


def test_encode__order_and_case():
    assert encode("ACGTNacgtn").tolist() == [0, 1, 2, 3, 4] * 2
    assert encode(b"TtR").tolist() == [3, 3, 4]
    assert encode("").shape == (0,)


@settings(deadline=None)
@given(dna)
def test_decode__inverts_encode(text):
    assert decode(encode(text)) == text


@settings(deadline=None)
@given(mixed_case_iupac_dna)
def test_encode__iupac_reads_as_n(text):
    expected = "".join(letter if letter in "ACGT" else "N" for letter in text.upper())
    assert decode(encode(text)) == expected
    assert count_iupac(text.encode()).total() == sum(letter.upper() not in "ACGTN" for letter in text)


def test_count_iupac__by_letter_without_n():
    assert count_iupac(b"ACGTNnRrYv") == {"R": 2, "Y": 1, "V": 1}
    assert count_iupac(b"") == {}


@settings(deadline=None)
@given(dna, not_bases, dna)
def test_encode__other_letters_are_named_with_their_place(before, letter, after):
    with pytest.raises(ValueError, match=f"at index {len(before)} is no base") as fault:
        encode(before + letter + after)
    assert repr(letter) in str(fault.value)


def test_encode__letters_beyond_latin_are_named():
    with pytest.raises(ValueError, match="letter 'Ω' at index 2 is no base"):
        encode("ACΩ")


def test_one_hot__axes_and_n():
    hot = one_hot(np.array([[0, 1, 2, 3, 4], [4, 3, 3, 0, 1], [2, 2, 2, 2, 2]], np.uint8)[:2])
    assert hot.shape == (2, 4, 5)
    assert hot.dtype == np.float32
    assert hot.sum(axis=1).tolist() == [[1, 1, 1, 1, 0], [0, 1, 1, 1, 1]]
    assert hot[0, :, 1].tolist() == [0, 1, 0, 0]
    assert one_hot(encode("ACG")).shape == (4, 3)


def test_one_hot__agrees_with_a_slow_twin():
    text = "ACGTNTGA"
    slow = [[float(letter == base) for letter in text] for base in "ACGT"]
    np.testing.assert_array_equal(one_hot(encode(text)), slow)


@settings(deadline=None)
@given(codes)
def test_reverse_complement__twice_is_identity(sequence):
    np.testing.assert_array_equal(reverse_complement(reverse_complement(sequence)), sequence)


@settings(deadline=None)
@given(codes)
def test_reverse_complement__is_both_axes_of_one_hot_turned(sequence):
    np.testing.assert_array_equal(one_hot(reverse_complement(sequence)), one_hot(sequence)[::-1, ::-1])


@settings(deadline=None)
@given(codes, st.integers(1, 3))
def test_reverse_complement__every_row_by_itself(sequence, n_rows):
    rows = np.stack([np.roll(sequence, i) for i in range(n_rows)])
    np.testing.assert_array_equal(reverse_complement(rows), [reverse_complement(row) for row in rows])


def test_reverse_complement__known():
    assert decode(reverse_complement(encode("AACGTN"))) == "NACGTT"


def test_reverse_complement__leaves_its_input():
    sequence = encode("AACG")
    reverse_complement(sequence)
    assert decode(sequence) == "AACG"


def test_unknown_runs__at_both_ends():
    codes = np.array([4, 4, 0, 4, 1, 2, 4], np.uint8)
    assert unknown_runs(codes).tolist() == [[0, 2], [3, 4], [6, 7]]
    assert unknown_runs(codes[4:6]).tolist() == []
    assert unknown_runs(codes[:0]).shape == (0, 2)
