import numpy as np
import pytest
from tests.oracles.homology import kept_words

from senformer.dataset.homology import words
from senformer.genome.sequence import encode, reverse_complement

RNG = np.random.default_rng(11)
TEXT = "".join("ACGT"[code] for code in RNG.integers(0, 4, 900))
TEXT = TEXT[:300] + "N" + TEXT[300:420] + "NNN" + TEXT[420:] + "CA" * 30 + "GATTAC" * 8


def number(text: str) -> int:
    code = 0
    for letter in text:
        code = code * 4 + "ACGT".index(letter)
    return code


@pytest.mark.parametrize("k", [8, 11, 13, 16])
def test_words_of__two_bits_a_base_on_both_strands(k):
    text = TEXT[:60]
    word, word_rc = words.words_of(encode(text), k)
    turned = text.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    assert word.tolist() == [number(text[at : at + k]) for at in range(len(text) - k + 1)]
    assert word_rc.tolist() == [number(turned[at : at + k]) for at in range(len(text) - k + 1)][::-1]


@pytest.mark.parametrize(("k", "density_bp"), [(8, 3), (13, 1), (16, 4)])
def test_pick_words__equal_the_plain_way(k, density_bp, monkeypatch):
    monkeypatch.setattr(words, "_BLOCK_BP", 100)
    at, hashed, turned, n_repetitive = words.pick_words(encode(TEXT), k, density_bp)
    expected = kept_words(TEXT, k, density_bp)
    assert list(zip(at.tolist(), turned.tolist(), strict=True)) == [
        (place, side) for place, _, side in expected
    ]
    assert (
        hashed.tolist() == words.hash_words(np.array([number(w) for _, w, _ in expected], np.uint32)).tolist()
    )
    assert n_repetitive > 0 or k == 8


def test_pick_words__the_other_strand_has_the_same_words():
    codes = encode(TEXT)
    at, hashed, turned, n_repetitive = words.pick_words(codes, 16, 2)
    back, other, side, n_other = words.pick_words(reverse_complement(codes), 16, 2)
    assert (len(codes) - 16 - back)[::-1].tolist() == at.tolist()
    assert other[::-1].tolist() == hashed.tolist()
    word, word_rc = words.words_of(np.where(codes > 3, 0, codes).astype(np.uint8), 16)
    same = (word == word_rc)[at]
    assert (side[::-1] != turned)[~same].all()
    assert n_other == n_repetitive


def test_hash_words__no_two_words_have_the_same():
    found = words.hash_words(np.arange(1 << 18, dtype=np.uint32) * np.uint32(4093))
    assert len(np.unique(found)) == 1 << 18


def test_hash_bound__keeps_one_word_in_so_many():
    rng = np.random.default_rng(0)
    at, *_ = words.pick_words(rng.integers(0, 4, 200_000).astype(np.uint8), 16, 20)
    assert abs(len(at) - 10_000) < 400
    assert words.hash_bound(1) == (1 << 32) - 1


@pytest.mark.parametrize("text", ["", "ACGT", "N" * 40])
def test_pick_words__nothing_to_keep(text):
    at, hashed, turned, n_repetitive = words.pick_words(encode(text), 16, 1)
    assert (len(at), len(hashed), len(turned), n_repetitive) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ACACACACACACACAC", True), ("ACGATTACGATTACGA", True), ("ACGATTACGATTACGT", False)],
)
def test_is_repetitive__a_unit_of_up_to_six_bases(text, expected):
    assert bool(words.is_repetitive(np.array([number(text)], np.uint32), 16)[0]) is expected
