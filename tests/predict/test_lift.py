import numpy as np
import pytest
from tests.oracles import lifting

from senformer.core.errors import DataError
from senformer.genome.haplotype import Edit, Haplotype
from senformer.genome.interval import Interval
from senformer.predict.lift import copy_start, lift


@pytest.mark.parametrize("seed", range(5))
def test_lift__equals_base_by_base(seed):
    rng = np.random.default_rng(seed)
    edits = [
        Edit(int(at), int(at) + int(rng.integers(0, 9)), "ACGTACGT"[: rng.integers(1, 9)])
        for at in range(30, 300, 40)
    ]
    copy = Haplotype("c", 400, edits)
    values = rng.random((20, 3)).astype(np.float32)
    reference = copy.reference_of(40, 40 + 20 * 8)
    found = lift(values, reference, 8, 6, 14)
    np.testing.assert_allclose(found, lifting.lift(values, reference.tolist(), 8, 6, 14), rtol=1e-6)


def test_lift__without_insertions_and_deletions_nothing_changes():
    values = np.random.default_rng(0).random((10, 2)).astype(np.float32)
    copy = Haplotype("c", 400, [Edit(50, 51, "A")])
    found = lift(values, copy.reference_of(32, 32 + 80), 8, 5, 8)
    np.testing.assert_array_equal(found, values[1:9])


def test_lift__sums_over_a_stretch_are_kept():
    copy = Haplotype("c", 400, [Edit(60, 60, "A" * 20), Edit(90, 95, "")])
    values = np.random.default_rng(0).random((12, 2)).astype(np.float32)
    end = copy.place_of(128)
    reference = copy.reference_of(end - 96, end)
    n_bins = 16 - int(reference[0]) // 8
    found = lift(
        values, np.concatenate([[int(reference[0]) // 8 * 8], reference[1:]]), 8, 16 - n_bins, n_bins
    )
    np.testing.assert_allclose(found.sum(axis=0), values.sum(axis=0), rtol=1e-6)


def test_lift__a_window_that_misses_wanted_bins_is_refused():
    copy = Haplotype("c", 400, [Edit(100, 100, "A" * 30)])
    reference = copy.reference_of(64, 64 + 80)
    with pytest.raises(DataError, match=r"64-114, and 64-144 is wanted"):
        lift(np.ones((10, 1), np.float32), reference, 8, 8, 10)


def test_copy_start__keeps_the_middle_base():
    copy = Haplotype("c", 400, [Edit(100, 100, "A" * 30), Edit(300, 310, "")])
    window = Interval("c", 160, 224)
    start = copy_start(copy, window, 0, 400)
    assert copy.reference_of(start + 32, start + 33)[0] == 192
    assert copy_start(Haplotype("c", 400), window, 0, 400) == 160


@pytest.mark.parametrize("crop_bp", [0, 8])
def test_copy_start__keeps_the_ends_of_the_chromosome_in_the_output(crop_bp):
    copy = Haplotype("c", 400, [Edit(10, 10, "A" * 5), Edit(390, 390, "C" * 7)])
    start = copy_start(copy, Interval("c", -crop_bp, 64 - crop_bp), crop_bp, 400)
    assert copy.reference_of(start + crop_bp, start + crop_bp + 1)[0] == 0
    end = copy_start(copy, Interval("c", 336 + crop_bp, 400 + crop_bp), crop_bp, 400) + 64 - crop_bp
    assert copy.reference_of(end - 1, end)[0] == 399
