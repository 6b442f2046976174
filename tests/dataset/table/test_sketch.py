"""Sketches: what 16-mers they are made of, and how well they tell the shared fraction."""

import numpy as np
import pytest
from tests.oracles.table import shared_words, turned, words_of

from senformer.dataset.table import sketch
from senformer.dataset.table.sketch import EMPTY, SIZE, K, shared_fraction, sketch_rows
from senformer.genome.sequence import encode

RNG = np.random.default_rng(11)


def random_sequence(n_bases: int) -> str:
    return "".join(RNG.choice(list("ACGT"), n_bases))


def mutated(sequence: str, n_changes: int) -> str:
    letters = list(sequence)
    for place in RNG.choice(len(letters), n_changes, replace=False):
        letters[place] = RNG.choice([x for x in "ACGT" if x != letters[place]])
    return "".join(letters)


def sketches(texts: list[str]) -> np.ndarray:
    offsets = np.cumsum([0, *map(len, texts)])
    return sketch_rows(encode("".join(texts)), offsets)


def test_sketch_rows__have_as_many_hashes_as_the_sequence_has_words() -> None:
    texts = [random_sequence(n) for n in (3, 15, 16, 20, 40, 200)] + ["A" * 60, "ACGTN" * 9]
    found = sketches(texts)
    for text, row in zip(texts, found, strict=True):
        n_words = len(words_of(text, K))
        assert (row != EMPTY).sum() == min(n_words, SIZE)
        assert (np.diff(row.astype(np.int64)) >= 0).all()


def test_sketch_rows__do_not_depend_on_strand_or_neighbors() -> None:
    texts = [random_sequence(100) for _ in range(5)]
    whole = sketches(texts)
    for text, row in zip(texts, whole, strict=True):
        np.testing.assert_array_equal(sketches([text])[0], row)
        np.testing.assert_array_equal(sketches([turned(text)])[0], row)


def test_shared_fraction__estimates_the_jaccard_index() -> None:
    base = [random_sequence(200) for _ in range(60)]
    other = [mutated(text, n % 6) for n, text in enumerate(base)]
    estimate = shared_fraction(sketches(base), sketches(other))
    exact = np.array([shared_words(a, b, K) for a, b in zip(base, other, strict=True)])
    # 32 draws: a standard error of at most 0.09 each.
    assert abs(float((estimate - exact).mean())) < 0.04
    assert float(np.abs(estimate - exact).max()) < 0.35


def test_shared_fraction__is_exact_where_all_words_fit() -> None:
    base = [random_sequence(28) for _ in range(20)]
    other = [mutated(text, n % 3) for n, text in enumerate(base)]
    exact = [shared_words(a, b, K) for a, b in zip(base, other, strict=True)]
    np.testing.assert_allclose(shared_fraction(sketches(base), sketches(other)), exact)


def test_shared_fraction__of_nothing_is_zero() -> None:
    assert shared_fraction(sketches(["ACG"]), sketches(["ACG"])).tolist() == [0]


def test_sketch_rows__do_not_depend_on_the_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [random_sequence(n) for n in (3, 100, 700, 16, 5, 230, 90)]
    whole = sketches(texts)
    monkeypatch.setattr(sketch, "_BASES", 128)
    np.testing.assert_array_equal(sketches(texts), whole)


def test_sketch_rows__shorter_words() -> None:
    texts = [random_sequence(12), random_sequence(30)]
    found = sketch_rows(encode("".join(texts)), np.array([0, 12, 42]), 7)
    assert [(row != EMPTY).sum() for row in found] == [len(words_of(text, 7)) for text in texts]


@pytest.mark.parametrize("n_bases", range(1, 18))
def test_sketch_rows__short_rows_have_no_words_or_few(n_bases: int) -> None:
    found = sketches([random_sequence(n_bases)])
    assert (found != EMPTY).sum() == max(0, n_bases - K + 1)
