import numpy as np
import pytest

from senformer.core.seeding import numpy_rng
from senformer.simulate.background import (
    GC_RANGE,
    chromosome_sizes,
    fill_gaps,
    gc_wave,
    markov_sequence,
    place_gaps,
    place_repeats,
)


@pytest.mark.parametrize(("genome_bp", "n"), [(60_000, 2), (4_000_000, 8), (12_345, 1)])
def test_chromosome_sizes__sum_and_order(genome_bp, n):
    sizes = list(chromosome_sizes(genome_bp, n).values())
    assert sum(sizes) == genome_bp
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == n


def test_chromosome_sizes__held_out_shares():
    sizes = chromosome_sizes(4_000_000, 8)
    assert 0.09 < sizes["chr8"] / 4_000_000 < 0.12
    assert 0.10 < sizes["chr7"] / 4_000_000 < 0.12


def test_markov_sequence__length_and_letters():
    for length in (1, 511, 512, 513, 5000):
        codes = markov_sequence(length, numpy_rng(1, length))
        assert len(codes) == length
        assert codes.max() <= 3


def test_markov_sequence__vertebrate_dinucleotides():
    codes = markov_sequence(300_000, numpy_rng(1, "markov")).astype(int)
    pairs = np.bincount(codes[:-1] * 4 + codes[1:], minlength=16).reshape(4, 4) / (len(codes) - 1)
    base = np.bincount(codes, minlength=4) / len(codes)
    odds = pairs / np.outer(base, base)
    assert odds[1, 2] < 0.35
    assert odds[3, 2] > 1.05
    assert odds[1, 0] > 1.05
    assert GC_RANGE[0] - 0.03 < base[1] + base[2] < GC_RANGE[1] + 0.03


def test_markov_sequence__chain_runs_through_segment_borders():
    codes = markov_sequence(512 * 600, numpy_rng(4, "markov")).astype(int)
    borders = np.arange(512, len(codes), 512)
    # CpG is as rare across borders as elsewhere: 0.24 x 0.21 x 0.21 = about 1 %.
    cpg = np.mean((codes[borders - 1] == 1) & (codes[borders] == 2))
    assert cpg < 0.03


def test_gc_wave__within_range():
    gc = gc_wave(100_000, numpy_rng(1, "gc"))
    assert len(gc) == 100_000
    assert GC_RANGE[0] <= gc.min() < gc.max() <= GC_RANGE[1]


def test_place_gaps__ends_and_inside():
    gaps = place_gaps(50_000, numpy_rng(1, "gaps"))
    assert gaps[0][0] == 0
    assert gaps[-1][1] == 50_000
    assert 0.003 < sum(end - start for start, end in gaps) / 50_000 < 0.005


def test_fill_gaps__leaves_input_alone():
    codes = np.zeros(10, dtype=np.uint8)
    assert fill_gaps(codes, [(2, 4)]).tolist() == [0, 0, 4, 4, 0, 0, 0, 0, 0, 0]
    assert codes.sum() == 0


def test_place_repeats__inside_the_chromosome():
    repeats = place_repeats(20_000, numpy_rng(1, "repeats"))
    assert repeats
    assert all(0 <= start < end <= 20_000 for start, end in repeats)
