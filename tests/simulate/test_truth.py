import numpy as np

from senformer.simulate.tracks import TRACK_NAMES
from senformer.simulate.truth import (
    elements_table,
    links_table,
    main_effect,
    sites_table,
    variant_name,
    variants_table,
)


def test_elements_table__one_row_an_element(toy_world):
    table = elements_table(toy_world.chromosomes, toy_world.expected)
    assert len(table) == toy_world.n_parts["elements"]
    a, b = table[table.kind == "enhancer_a"], table[table.kind == "enhancer_b"]
    assert a.dnase_a.mean() > 3 * a.dnase_b.mean()
    assert b.dnase_b.mean() > 3 * b.dnase_a.mean()
    ctcf = table[table.kind == "ctcf_site"]
    assert (ctcf.ctcf_chip > 100).all()
    plus = table[table.kind.str.startswith("promoter") & (table.strand == "+")]
    assert plus.cage_a_plus.mean() > 10 * plus.cage_a_minus.mean()


def test_sites_table__strength_tells_decoys(toy_world):
    table = sites_table(toy_world.chromosomes)
    assert (table.strength[table.intact == 1] == 1).all()
    assert (table.strength[table.intact == 0] == 0).all()
    assert (table.intact == 0).sum() >= 2


def test_links_table__all_chromosomes(toy_world):
    table = links_table(toy_world.chromosomes)
    assert set(table.chrom) == {"chr1", "chr2"}


def test_variants_table__effects_by_track(toy_world):
    table = variants_table(toy_world.variants)
    assert len(table) == 20
    assert table.id.tolist()[0] == variant_name(0, toy_world.variants[0])
    strongest = table[list(TRACK_NAMES)].abs().max(axis=1)
    assert (table.effect_total + 1e-3 >= strongest).all()


def test_main_effect__signed_in_the_strongest_track(toy_world):
    causal = next(variant for variant in toy_world.variants if variant.kind == "break")
    name, effect = main_effect(causal)
    assert effect == causal.effect[TRACK_NAMES.index(name)]
    assert abs(effect) == np.abs(causal.effect).max()
    control = next(variant for variant in toy_world.variants if variant.total == 0)
    assert main_effect(control) == ("", 0.0)
