"""Kernels of three sequences by the published program (official binary), to its six digits."""

import numpy as np
import pytest

from senformer.genome.sequence import encode
from senformer.model.kmers.columns import Columns
from senformer.model.kmers.gram import gram
from senformer.model.kmers.kernel import KERNELS, GappedKernel

CODES = np.stack(
    [encode(text) for text in ("ACGTACGTTGACTCAGGCTA", "TTGACTCATCGGATAACGTA", "GGGGCGGGGCCAATCTGAGT")]
)
PUBLISHED = {
    "gkm_cnt": (0.366192, 0.113404, 0.102688),
    "gkm_estfull": (0.286206, 0.0632135, 0.0304922),
    "gkm_esttrunc": (0.345340, 0.102886, 0.0852733),
    "gkmrbf": (0.519619, 0.407745, 0.400626),
    "wgkm": (0.344974, 0.100896, 0.0858283),
    "wgkmrbf": (0.519429, 0.406934, 0.400848),
}


def pairs(kernel):
    words = kernel.words(CODES)
    similarity, lengths = kernel.own_similarity(words)
    found = kernel.bend(similarity)
    np.testing.assert_allclose(kernel.lengths(words), lengths, rtol=1e-12)
    np.testing.assert_allclose(
        kernel.bend(kernel.similarity(words, Columns(words), lengths)), found, rtol=1e-12
    )
    np.testing.assert_allclose(found.diagonal(), 1, rtol=1e-12)
    return found[[0, 0, 1], [1, 2, 2]]


@pytest.mark.parametrize("name", KERNELS)
def test_gapped_kernel__published_values(name):
    kernel = GappedKernel(name, word_bp=6, known_bp=4, max_mismatches=2)
    np.testing.assert_allclose(pairs(kernel), PUBLISHED[name], rtol=5e-6)


def test_gapped_kernel__published_values_of_longer_words():
    kernel = GappedKernel(word_bp=10, known_bp=6)
    np.testing.assert_allclose(pairs(kernel), (0.0234059, 0.00148735, 0), rtol=3e-6)


def test_gapped_kernel__shared_gapped_kmers_are_counted():
    kernel = GappedKernel("gkm_cnt", word_bp=6, known_bp=4, max_mismatches=2)
    found = gram(kernel.words(CODES), None, kernel.by_mismatches)
    assert found.tolist() == [[296, 101, 32], [101, 257, 27], [32, 27, 269]]


def test_gapped_kernel__a_sequence_without_words_is_like_none():
    kernel = GappedKernel(word_bp=6, known_bp=4)
    codes = np.vstack([CODES, np.full(20, 4, dtype=np.uint8)])
    assert kernel.own_similarity(kernel.words(codes))[0][3].tolist() == [0, 0, 0, 0]
