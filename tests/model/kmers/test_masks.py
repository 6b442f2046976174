from math import comb

import pytest

from senformer.genome.sequence import encode
from senformer.model.kmers.masks import keep_bases, levels_of
from senformer.model.kmers.words import pack_words


@pytest.mark.parametrize("by_mismatches", [[5.0, 2.0, -1.0, 0.5], [1.0, 0.0, 3.0], [2.0], [0.0, 1.0]])
def test_levels_of__masks_add_up_to_what_words_count(by_mismatches):
    levels = levels_of(by_mismatches, 6)
    for m in range(7):
        found = sum(level.weight * comb(6 - m, level.n_kept) for level in levels)
        assert found == pytest.approx((by_mismatches + [0.0] * 7)[m])


def test_halved__masks_with_their_images_count_as_all():
    level = levels_of([0.0, 0.0, 1.0], 5)[0]
    halved = level.halved(5)
    # Ten masks of three bases: two are their own image, four pairs.
    assert (len(level.masks(5)), sorted(factor for _, factor in halved)) == (10, [0.5, 0.5, 1, 1, 1, 1])


def test_keep_bases__of_words_of_an_odd_length():
    words = pack_words(encode("ACGTTGC")[None], 7)[0][0]
    kept = keep_bases(words, (0, 2, 3, 6), 7)
    assert kept.tolist() == pack_words(encode("AGTC")[None], 4)[0][0].tolist()
