import numpy as np
import pytest
import torch
from tests.oracles.gapped_kmers import kernel

from senformer.genome.sequence import encode
from senformer.model.kmers import gram as module
from senformer.model.kmers.columns import Columns
from senformer.model.kmers.gram import gram
from senformer.model.kmers.words import count_words

BY_MISMATCHES = [3.0, 1.5, -0.25]


def sequences(seed, lengths):
    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(list("AACGT"), length)) for length in lengths]
    return ["ACACACACACACACACACAC", *texts[1:-1], texts[-1][:7] + "N" + texts[-1][8:]]


def packed(texts):
    codes = np.full((len(texts), max(map(len, texts))), 4, dtype=np.uint8)
    for row, text in zip(codes, texts, strict=True):
        row[: len(text)] = encode(text)
    return codes


@pytest.mark.parametrize("both_strands", [True, False])
@pytest.mark.parametrize("has_mkl", [True, False])
def test_gram__equals_every_word_with_every_other(both_strands, has_mkl, monkeypatch):
    if has_mkl and not torch.backends.mkl.is_available():
        pytest.skip("this torch has no MKL")
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: has_mkl)
    monkeypatch.setattr(module, "_BLOCK", 2)
    one, other = sequences(1, (20, 14, 23, 17, 4, 20)), sequences(2, (20, 12, 19))
    rows, columns = (count_words(packed(texts), 5, both_strands=both_strands) for texts in (one, other))
    for found, texts in (
        (gram(rows, None, BY_MISMATCHES, 2), one),
        (gram(rows, Columns(columns), BY_MISMATCHES), other),
    ):
        expected = [[kernel(a, b, 5, BY_MISMATCHES, both_strands=both_strands) for b in texts] for a in one]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_gram__leaves_the_threads_as_they_were():
    before = torch.get_num_threads()
    gram(count_words(packed(sequences(1, (20, 14, 9))), 5), None, BY_MISMATCHES, 1)
    assert torch.get_num_threads() == before


def test_counting_type__wide_where_counts_are_large():
    words = count_words(packed(["A" * 30]), 3)
    assert module._counting_type(words, None) is np.float32
    many = count_words(packed(["A" * 30]), 3, weights=np.full((1, 28), 100.0))
    assert module._counting_type(many, None) is np.float64
