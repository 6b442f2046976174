import numpy as np
import pytest

from senformer.model.kmers.neighbors import sums_over_neighbors


@pytest.mark.parametrize("by_mismatches", [[1.0, 0.5, -0.25], [2.0], [1.0, 1.0, 1.0, 1.0, 1.0]])
def test_sums_over_neighbors__equals_all_pairs_of_words(by_mismatches):
    word_bp = 4
    histogram = np.random.default_rng(1).normal(size=4**word_bp)
    words = np.arange(4**word_bp)
    letters = words[:, None] >> 2 * np.arange(word_bp) & 3
    m = (letters[:, None] != letters).sum(axis=2)
    table = np.array([*by_mismatches, *[0.0] * 5])
    kept = histogram.copy()
    found = sums_over_neighbors(histogram, by_mismatches, word_bp)
    np.testing.assert_allclose(found, table[m] @ histogram, rtol=1e-10)
    np.testing.assert_array_equal(histogram, kept)
