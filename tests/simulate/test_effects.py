import numpy as np

from senformer.core.seeding import numpy_rng
from senformer.simulate.effects import changed_sites, variant_effect
from senformer.simulate.grammar import expected_signal
from senformer.simulate.scan import find_sites


def _whole(chromosome, start, alt):
    """The slow twin: both alleles of the whole chromosome through the grammar."""
    codes = chromosome.codes.copy()
    codes[start] = alt
    return expected_signal(codes) - expected_signal(chromosome.codes)


def test_variant_effect__equals_whole_chromosome(toy_world):
    chromosome = toy_world.chromosomes[1]
    for variant in toy_world.variants:
        if variant.chrom == chromosome.name:
            delta = _whole(chromosome, variant.start, variant.alt)
            effect, total = variant_effect(chromosome, variant.start, variant.alt)
            np.testing.assert_allclose(effect, delta.sum(axis=0), atol=1e-8)
            np.testing.assert_allclose(total, np.abs(delta).sum(), atol=1e-8)


def test_changed_sites__equals_new_scan(toy_world):
    chromosome = toy_world.chromosomes[1]
    rng = numpy_rng(1, "changes")
    places = [0, len(chromosome.codes) - 1, *rng.integers(0, len(chromosome.codes), 10)]
    places += [site.start + 4 for element in chromosome.elements for site in element.sites]
    for start in map(int, places[:30]):
        codes = chromosome.codes.copy()
        codes[start] = (codes[start] + 1) % 4
        new, found = changed_sites(chromosome, start, int(codes[start])), find_sites(codes)
        for name in ("motif", "start", "strand", "score", "strength"):
            np.testing.assert_array_equal(getattr(new, name), getattr(found, name))


def test_variant_effect__same_base_is_exactly_zero(toy_world):
    chromosome = toy_world.chromosomes[0]
    site = chromosome.elements[0].sites[0]
    effect, total = variant_effect(chromosome, site.start + 3, int(chromosome.codes[site.start + 3]))
    assert total == 0
    assert (effect == 0).all()
