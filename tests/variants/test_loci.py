import numpy as np
import pytest

from senformer.genome.variant import Variant
from senformer.variants.loci import group_loci, variant_window


@pytest.mark.parametrize(("window_bp", "start", "end"), [(24, 18, 42), (25, 18, 43), (1, 30, 31)])
def test_variant_window__base_stands_at_half_the_window(window_bp, start, end):
    # start 30: 30 - 24 // 2 = 18, 30 - 25 // 2 = 18, 30 - 0 = 30
    window = variant_window(Variant("chrA", 30, "A", "C"), window_bp)
    assert (window.start, window.end) == (start, end)
    assert window.center == 30


def test_variant_window__may_reach_beyond_the_start():
    assert variant_window(Variant("chrA", 2, "A", "C"), 24).start == -10


def test_group_loci__gathers_variants_of_one_base():
    first, other, second = (
        Variant("chrA", 30, "T", "C"),
        Variant("chrA", 31, "C", "G"),
        Variant("chrA", 30, "T", "G"),
    )
    loci = group_loci([first, other, second], 24)
    assert [locus.variants for locus in loci] == [(first, second), (other,)]


def test_group_loci__an_insertion_is_centered_on_the_base_that_it_goes_before():
    deletion, insertion = Variant("chrA", 29, "CTA", "C"), Variant("chrA", 29, "C", "CTA")
    assert [group_loci([one], 24)[0].window.center for one in (deletion, insertion)] == [30, 30]


@pytest.mark.parametrize(
    ("starts", "max_offset_bp", "centers"),
    [
        ([10, 14, 15], 0, [10, 14, 15]),
        ([10, 14, 15], 2, [12, 12, 15]),
        ([15, 10, 14], 2, [15, 12, 12]),
        ([10, 14, 15, 18], 2, [12, 12, 16, 16]),
        ([10, 13], 2, [11, 11]),
        ([10, 14, 15, 20], 5, [15, 15, 15, 15]),
    ],
)
def test_group_loci__shared_windows(starts, max_offset_bp, centers):
    # First place 10 takes all up to 10 + 2 * max_offset_bp; the center is midway, rounded left.
    variants = [Variant("chrA", start, "A", "C") for start in starts]
    loci = group_loci(variants, 24, max_offset_bp)
    found = {variant.start: locus.window.center for locus in loci for variant in locus.variants}
    assert [found[start] for start in starts] == centers


def test_group_loci__chromosomes_share_no_window():
    variants = [Variant("chrA", 10, "A", "C"), Variant("chrB", 10, "A", "C")]
    assert len(group_loci(variants, 24, 100)) == 2


def test_group_loci__do_not_depend_on_the_order_and_keep_the_tolerance():
    rng = np.random.default_rng(4)
    for max_offset_bp in (0, 1, 7, 40):
        starts = rng.integers(0, 900, 60)
        variants = [Variant(f"chr{start % 3}", int(start), "A", "C") for start in np.unique(starts)]
        loci = group_loci(variants, 200, max_offset_bp)
        shuffled = [variants[at] for at in rng.permutation(len(variants))]
        windows = {locus.window: set(locus.variants) for locus in loci}
        assert windows == {
            locus.window: set(locus.variants) for locus in group_loci(shuffled, 200, max_offset_bp)
        }
        offsets = [locus.offset_bp(variant) for locus in loci for variant in locus.variants]
        assert max(map(abs, offsets)) <= max_offset_bp
        assert all(0 <= locus.index(v) == 100 + locus.offset_bp(v) for locus in loci for v in locus.variants)
        assert sum(len(locus.variants) for locus in loci) == len(variants)
