import numpy as np
import pytest
from benchmarks.homology_recall import Codes, plant, random_genome
from tests.oracles.homology import links as plain_links

from senformer.dataset.homology import matches
from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.homology.matches import Found, find_links
from senformer.dataset.homology.sketch import Sketch, make_sketch
from senformer.genome.sequence import decode


def find(genome, config=None) -> tuple[Sketch, Found]:
    config = config or SketchConfig()
    sketch = make_sketch({"g": Codes(genome)}, config)
    return sketch, find_links(sketch, config)


def rows(sketch: Sketch, found: Found) -> set[tuple]:
    a, b = sketch.space.table(found.links.a), sketch.space.table(found.links.b)
    columns = [
        a["chrom"],
        a["start"],
        a["end"],
        b["chrom"],
        b["start"],
        b["end"],
        found.links.reverse.tolist(),
    ]
    return set(zip(*columns, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_find_links__equal_comparing_all_pairs(seed):
    rng = np.random.default_rng(seed)
    genome = random_genome(rng, {"c1": 2500, "c2": 1800})
    plant(rng, genome, ("c1", 200, 700), ("c2", 300), 0.93)
    plant(rng, genome, ("c1", 900, 1300), ("c1", 1900), 0.97, True)
    plant(rng, genome, ("c2", 400, 600), ("c2", 1500), 0.9, True)
    genome["c1"][1500:1560] = 4
    config = SketchConfig(
        k=9, density_bp=2, min_length_bp=80, max_gap_bp=100, band_bp=24, max_occurrences=6, min_identity=0.7
    )
    sketch, found = find(genome, config)
    expected = plain_links({chrom: decode(codes) for chrom, codes in genome.items()}, config)
    assert rows(sketch, found) == expected
    assert len(expected) >= 2


def test_find_links__both_strands_and_identity():
    rng = np.random.default_rng(1)
    genome = random_genome(rng, {"c1": 40_000, "c2": 60_000})
    plant(rng, genome, ("c1", 5_000, 15_000), ("c2", 20_000), 0.9)
    plant(rng, genome, ("c1", 25_000, 30_000), ("c2", 50_000), 0.97, True)
    sketch, found = find(genome)
    assert found.links.reverse.tolist() == [False, True]
    assert np.abs(found.identity - [0.9, 0.97]).max() < 0.015
    table = sketch.space.table(found.links.b)
    assert np.abs(table[["start", "end"]].to_numpy() - [[20_000, 30_000], [50_000, 55_000]]).max() < 300


def test_find_links__a_random_genome_has_none():
    _, found = find(random_genome(np.random.default_rng(2), {"c1": 400_000, "c2": 300_000}))
    assert len(found.links) == 0
    assert found.counts["pairs"] > 0


def test_find_links__frequent_words_are_masked_and_counted():
    rng = np.random.default_rng(3)
    genome = random_genome(rng, {"c1": 100_000})
    element = genome["c1"][:2000].copy()
    for at in range(10_000, 90_000, 10_000):
        genome["c1"][at : at + 2000] = element
    few = SketchConfig(max_occurrences=8)
    _, masked = find(genome, few)
    _, kept = find(genome)
    assert len(masked.links) == 0
    assert len(kept.links) == 36  # every pair of 9 places
    assert masked.counts["masked"] >= 9 * 90
    assert kept.counts["masked"] == 0


def test_find_links__interspersed_repeats_are_left_out_and_counted():
    rng = np.random.default_rng(9)
    genome = random_genome(rng, {"c1": 100_000})
    for at in range(10_000, 80_000, 10_000):
        plant(rng, genome, ("c1", 0, 2000), ("c1", at), 0.97)
    # One more pair, half of it repeat: it has enough beside that.
    plant(rng, genome, ("c1", 70_000, 73_000), ("c1", 90_000), 0.97)
    _, kept = find(genome)
    _, few = find(genome, SketchConfig(max_copies=5))
    assert len(kept.links) == 36
    assert kept.counts["repeat_links"] == 0
    assert len(few.links) == 1
    assert few.counts["repeat_links"] == 35
    assert abs(few.counts["repeat_bp"] - 9 * 2000) < 500


def test_find_links__simple_repeats_hold_nothing_together():
    rng = np.random.default_rng(4)
    genome = random_genome(rng, {"c1": 50_000, "c2": 40_000})
    for chrom in genome:
        genome[chrom][10_000:13_000] = np.tile([1, 0, 3], 1000)
    _, found = find(genome, SketchConfig(density_bp=1, max_occurrences=1000))
    assert len(found.links) == 0
    assert found.counts["repetitive"] > 5900


def test_find_links__does_not_depend_on_how_the_axis_is_cut(monkeypatch):
    rng = np.random.default_rng(5)
    genome = random_genome(rng, {f"c{i}": 20_000 for i in range(4)})
    plant(rng, genome, ("c0", 1000, 6000), ("c2", 9000), 0.95)
    plant(rng, genome, ("c1", 1000, 6000), ("c3", 9000), 0.95, True)
    sketch, whole = find(genome)
    monkeypatch.setattr(matches, "_GROUP_BP", 1)
    monkeypatch.setattr(matches, "_BLOCK", 100)
    _, cut = find(genome)
    assert rows(sketch, whole) == rows(sketch, cut)
    assert whole.counts == cut.counts
    assert np.array_equal(whole.identity, cut.identity)


def test_find_links__thresholds():
    rng = np.random.default_rng(6)
    genome = random_genome(rng, {"c1": 30_000, "c2": 30_000})
    plant(rng, genome, ("c1", 1000, 4000), ("c2", 9000), 0.9)
    assert len(find(genome)[1].links) == 1
    assert len(find(genome, SketchConfig(min_length_bp=3100))[1].links) == 0
    assert len(find(genome, SketchConfig(min_identity=0.95))[1].links) == 0
    assert len(find(genome, SketchConfig(min_matches=100))[1].links) == 0
