from collections import Counter
from dataclasses import replace

import numpy as np

from senformer.core.seeding import numpy_rng
from senformer.simulate.variants import MAX_CONTROL, MIN_TOTAL, allele, make_variants


def test_make_variants__shares_and_order(toy_world):
    kinds = Counter(variant.kind for variant in toy_world.variants)
    assert kinds == {"break": 7, "weaken": 3, "create": 2, "control": 8}
    places = [(variant.chrom, variant.start) for variant in toy_world.variants]
    assert places == sorted(set(places))


def test_make_variants__every_chromosome_of_every_kind(toy_world):
    by_kind = Counter((variant.kind, variant.chrom) for variant in toy_world.variants)
    assert {chrom for kind, chrom in by_kind if kind == "break"} == {"chr1", "chr2"}
    assert {chrom for kind, chrom in by_kind if kind == "control"} == {"chr1", "chr2"}


def test_make_variants__alleles_and_effects(toy_world):
    codes = {chromosome.name: chromosome.codes for chromosome in toy_world.chromosomes}
    for variant in toy_world.variants:
        assert codes[variant.chrom][variant.start] == variant.ref != variant.alt
        assert allele(variant.alt) in "ACGT"
        if variant.kind == "control":
            assert variant.total <= MAX_CONTROL
        else:
            assert variant.total >= MIN_TOTAL[variant.kind]
            assert variant.effect[variant.main_track] == variant.effect[np.abs(variant.effect).argmax()]


def test_make_variants__break_lowers_and_create_raises(toy_world):
    for variant in toy_world.variants:
        if variant.motif != "REST" and variant.kind in {"break", "weaken"}:
            assert variant.effect.max() <= 1e-9
        if variant.motif != "REST" and variant.kind == "create":
            assert variant.effect.min() >= -1e-9


def test_make_variants__controls_of_three_places(toy_world):
    controls = make_variants(toy_world.chromosomes, 40, numpy_rng(2, "variants"))
    controls = [variant for variant in controls if variant.kind == "control"]
    places = Counter((bool(variant.motif), bool(variant.element)) for variant in controls)
    assert len(places) == 3
    assert min(places.values()) >= 3
    assert all(variant.main_track is None for variant in controls if variant.total == 0)


def test_make_variants__none_asked_for(toy_world):
    assert make_variants(toy_world.chromosomes, 0, numpy_rng(1, "variants")) == []


def test_make_variants__no_more_than_there_are(toy_world):
    chromosome = toy_world.chromosomes[1]
    few = replace(chromosome, elements=chromosome.elements[:3])
    kinds = Counter(variant.kind for variant in make_variants([few], 40, numpy_rng(1, "variants")))
    assert kinds["control"] == 16
    assert kinds["break"] < 14
