import numpy as np
import pytest
from tests.oracles.indel_alignment import align_bases_like_spliceai, align_bins

from senformer.variants.indels import INDELS, IndelPlace

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
