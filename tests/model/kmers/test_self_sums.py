import numpy as np
import pytest

from senformer.model.kmers import self_sums as module
from senformer.model.kmers.gram import gram
from senformer.model.kmers.self_sums import self_sums
from senformer.model.kmers.words import count_words


@pytest.mark.parametrize("both_strands", [True, False])
@pytest.mark.parametrize("pairs", [1 << 20, 50])
def test_self_sums__are_the_diagonal(both_strands, pairs, monkeypatch):
    monkeypatch.setattr(module, "_PAIRS", pairs)
    # Of an even length, so that some words are their own reverse complements; the last row has none.
    codes = np.random.default_rng(1).integers(0, 5, (6, 60)).astype(np.uint8)
    codes[-1] = 4
    codes[1] = np.tile([0, 3], 30)
    words = count_words(codes, 4, both_strands=both_strands)
    table = [3.0, 1.0, 0.5]
    np.testing.assert_allclose(self_sums(words, table), gram(words, None, table).diagonal(), rtol=1e-12)


def test_mismatches__by_base():
    # ACGT, AAGT, TTTT
    words = np.array([0b00011011, 0b00001011, 0b11111111], dtype=np.int32)
    assert module.mismatches(words[:, None], words).tolist() == [[0, 1, 3], [1, 0, 3], [3, 3, 0]]
