"""Shuffles that keep dinucleotides: exact counts, every arrangement as likely as any other."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from tests.oracles.dinucleotides import arrangements, dinucleotides
from tests.strategies import codes

from senformer.core.seeding import numpy_rng
from senformer.genome.sequence import decode, encode
from senformer.genome.shuffle import draw_last_steps, shuffle_dinucleotides


@settings(deadline=None)
@given(codes, st.integers(0, 99))
def test_shuffle_dinucleotides__same_counts_and_ends(sequence: np.ndarray, seed: int) -> None:
    before = sequence.copy()
    shuffled = shuffle_dinucleotides(sequence, np.random.default_rng(seed))
    assert shuffled.dtype == np.uint8
    assert shuffled.shape == sequence.shape
    assert dinucleotides(decode(shuffled)) == dinucleotides(decode(sequence))
    assert shuffled[:1].tolist() == sequence[:1].tolist()
    assert shuffled[-1:].tolist() == sequence[-1:].tolist()
    np.testing.assert_array_equal(sequence, before)
    assert not np.shares_memory(shuffled, sequence)


@pytest.mark.parametrize("word", ["ACAGATACA", "AACCAGGCAC", "ANNACNTAN", "GTCATGACTG", "CACACCAAC"])
def test_shuffle_dinucleotides__every_arrangement_equally_often(word: str) -> None:
    known = sorted(arrangements(word))
    assert len(known) > 2
    rng = np.random.default_rng(11)
    found = Counter(decode(shuffle_dinucleotides(encode(word), rng)) for _ in range(100 * len(known)))
    assert sorted(found) == known
    assert chisquare([found[other] for other in known]).pvalue > 1e-3


def test_shuffle_dinucleotides__long_runs_of_n() -> None:
    rng = np.random.default_rng(3)
    sequence = np.concatenate([np.full(900, 4), rng.integers(0, 4, 3000), np.full(500, 4)]).astype(np.uint8)
    shuffled = shuffle_dinucleotides(sequence, rng)
    assert dinucleotides(decode(shuffled)) == dinucleotides(decode(sequence))
    is_n = np.concatenate([[False], shuffled == 4, [False]]).astype(np.int8)
    # As many runs as there were: the first and the last letter are N, and no step leads to N between them.
    assert int((np.diff(is_n) == 1).sum()) == 2
    unknown = np.full(40, 4, np.uint8)
    np.testing.assert_array_equal(shuffle_dinucleotides(unknown, rng), unknown)


def test_shuffle_dinucleotides__depends_on_the_generator_alone() -> None:
    sequence = np.random.default_rng(4).integers(0, 4, 500).astype(np.uint8)
    one, again, other = (shuffle_dinucleotides(sequence, numpy_rng(seed, "chr1", 128)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).mean() > 0.5
    assert (one != sequence).mean() > 0.5


def test_draw_last_steps__as_likely_as_there_are_equal_steps() -> None:
    counts = np.zeros((5, 5), dtype=np.int64)
    counts[0, 1], counts[0, 2], counts[1, 0], counts[1, 2] = 3, 1, 1, 1
    rng = np.random.default_rng(5)
    drawn = Counter(tuple(sorted(draw_last_steps(counts, 2, rng).items())) for _ in range(5000))
    # A to C to G; A to G and C to A; both to G. A to C with C to A leads nowhere.
    trees = {((0, 1), (1, 2)): 3, ((0, 2), (1, 0)): 1, ((0, 2), (1, 2)): 1}
    assert set(drawn) == set(trees)
    assert chisquare([drawn[t] for t in trees], [n * 1000 for n in trees.values()]).pvalue > 1e-3
