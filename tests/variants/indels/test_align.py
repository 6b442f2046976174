import numpy as np
import pytest
from tests.oracles.indel_alignment import align_bases_like_spliceai, align_bins

from senformer.variants.indels import INDELS, IndelPlace
from senformer.variants.indels.align import aligned, moved_back

ALIGN = INDELS["align"]


def run(genome, other, first_bp, gain_bp, bin_bp):
    column = lambda values: np.array(values, np.float32)[:, None]  # noqa: E731
    place = IndelPlace(first_bp, gain_bp, bin_bp)
    return ALIGN.combine(column(genome), [column(other)], place)[:, 0].tolist()


GENOME = [10, 11, 12, 13, 14, 15]
OTHER = [20, 21, 22, 23, 24, 25]


@pytest.mark.parametrize(
    ("first_bp", "gain_bp", "expected"),
    [
        # Bins of 4 bp. Less than half a bin moves nothing, half a bin moves one.
        (9, 1, OTHER),
        (9, -1, OTHER),
        # The base before base 9 is in bin 2: bins 2 and 3 are folded, bin 5 has no bin of the window left.
        (9, 2, [20, 21, 23, 24, 25, 15]),
        (9, 8, [20, 21, 24, 25, 14, 15]),
        # The base before base 8 is in bin 1.
        (8, 4, [20, 22, 23, 24, 25, 15]),
        # Deletions: one bin after bin 2 is gone, then two.
        (9, -2, [20, 21, 22, 0, 23, 24]),
        (9, -8, [20, 21, 22, 0, 0, 23]),
        # Longer than the window.
        (9, 4_000, [20, 21, 25, 13, 14, 15]),
        (9, -4_000, [20, 21, 22, 0, 0, 0]),
        # Before the output, and after it.
        (0, 4, [21, 22, 23, 24, 25, 15]),
        (0, -4, [0, 20, 21, 22, 23, 24]),
        (-9, -4, [10, 20, 21, 22, 23, 24]),
        (40, 4, OTHER),
        (40, -4, OTHER),
    ],
)
def test_align__by_hand(first_bp, gain_bp, expected):
    assert run(GENOME, OTHER, first_bp, gain_bp, 4) == expected
    assert align_bins(GENOME, OTHER, first_bp, gain_bp, 4) == expected


def test_align__an_insertion_takes_the_largest_of_the_folded_bins():
    assert run([0, 0, 0, 0], [1, 9, 3, 4], 5, 8, 4) == [1, 9, 0, 0]
    assert run([0, 0, 0, 0, 0], [1, 3, 9, 4, 5], 5, 8, 4) == [1, 9, 5, 0, 0]


def test_align__equals_the_slow_oracle():
    rng = np.random.default_rng(3)
    for _ in range(300):
        n_bins, bin_bp = int(rng.integers(1, 12)), int(rng.choice([1, 2, 4, 7]))
        genome, other = rng.integers(0, 99, (2, n_bins)).tolist()
        first_bp = int(rng.integers(-3 * bin_bp, (n_bins + 3) * bin_bp))
        gain_bp = int(rng.integers(-n_bins * bin_bp - 9, n_bins * bin_bp + 9)) or 1
        expected = align_bins(genome, other, first_bp, gain_bp, bin_bp)
        assert run(genome, other, first_bp, gain_bp, bin_bp) == expected


@pytest.mark.parametrize("gain_bp", [1, 3, -1, -4])
def test_align__with_bins_of_one_base_is_the_rule_of_spliceai(gain_bp):
    rng = np.random.default_rng(5)
    genome, other = rng.integers(0, 99, (2, 21)).tolist()
    aligned = run(genome, other, 11, gain_bp, 1)
    expected = align_bases_like_spliceai(other, 10, gain_bp)
    n = min(len(expected), 21)
    assert aligned[:n] == expected[:n]
    assert aligned[n:] == genome[n:]


@pytest.mark.parametrize("gain_bp", [-9, -4, -1, 1, 3, 8, 40])
@pytest.mark.parametrize("first_bp", [-5, 0, 9, 22, 60])
@pytest.mark.parametrize("size", [1e-6, 1.0])
def test_moved_back__is_the_derivative_by_small_steps(gain_bp, first_bp, size):
    rng = np.random.default_rng(100 + gain_bp + first_bp)
    place = IndelPlace(first_bp, gain_bp, 4)
    # Close to one another, beside one that is very much larger.
    other, read = size * (1 + 1e-3 * rng.permutation(12)), rng.random(12)
    other[rng.integers(12)] = 1000.0
    genome, step = np.zeros((12, 1)), 1e-5 * size
    before = aligned(genome, [other[:, None]], place)[:, 0]
    slow = [
        read @ (aligned(genome, [(other + step * one)[:, None]], place)[:, 0] - before) / step
        for one in np.eye(12)
    ]
    (found,) = moved_back([other], read, place)
    np.testing.assert_allclose(found, slow, atol=1e-3)


def test_moved_back__an_insertion_folded_into_the_bin_before_it():
    values = np.array([1.0, 2.0, 5.0, 3.0, 0.5, 4.0])
    # Two bins are inserted after bin 2: it becomes the largest of bins 2 to 4, and bin 3 comes from bin 5.
    (found,) = moved_back([values], np.ones(6), IndelPlace(first_bp=9, gain_bp=8, bin_bp=4))
    np.testing.assert_array_equal(found, [1, 1, 1, 0, 0, 1])
