import numpy as np
import pytest
from benchmarks.homology_recall import Codes, random_genome

from senformer.core.errors import DataError
from senformer.dataset.homology import sketch as module
from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.homology.sketch import find_gaps, make_sketch
from senformer.dataset.homology.space import Space
from senformer.dataset.homology.words import pick_words

CONFIG = SketchConfig(density_bp=4)


def world() -> dict[str, Codes]:
    rng = np.random.default_rng(8)
    human, mouse = random_genome(rng, {"c1": 5000, "c2": 3100}), random_genome(rng, {"c1": 2000})
    human["c1"][990:1033] = 4
    human["c2"][3000:] = 4
    return {"human": Codes(human), "mouse": Codes(mouse)}


def test_make_sketch__holds_the_words_of_every_chromosome(monkeypatch):
    monkeypatch.setattr(module, "_PIECE_BP", 1000)
    found = make_sketch(world(), CONFIG)
    places = (found.keys >> np.uint64(1)).astype(np.int64) & ((1 << found.place_bits) - 1)
    hashes = (found.keys >> np.uint64(found.place_bits + 1)).astype(np.uint32)
    placed = dict(
        zip(zip(found.space.genomes, found.space.chroms, strict=True), found.space.starts, strict=True)
    )
    expected = []
    for genome, source in world().items():
        for chrom in source.codes:
            start = placed[genome, chrom]
            at, hashed, turned, _ = pick_words(source.codes[chrom], CONFIG.k, CONFIG.density_bp)
            expected += zip((at + start).tolist(), hashed.tolist(), turned.tolist(), strict=True)
    got = zip(
        places.tolist(), hashes.tolist(), (found.keys & np.uint64(1)).astype(bool).tolist(), strict=True
    )
    assert sorted(got) == sorted(expected)
    assert (found.keys[1:] > found.keys[:-1]).all()


def test_make_sketch__gaps_reach_over_pieces(monkeypatch):
    monkeypatch.setattr(module, "_PIECE_BP", 1000)
    found = make_sketch(world(), CONFIG)
    assert found.gaps.tolist() == [[990, 1033], [8001, 8101]]
    assert find_gaps(world(), found.space).tolist() == found.gaps.tolist()


@pytest.mark.slow
def test_make_sketch__processes_do_not_matter(monkeypatch):
    monkeypatch.setattr(module, "_PIECE_BP", 1000)
    one, two = make_sketch(world(), CONFIG), make_sketch(world(), CONFIG, workers=2)
    assert np.array_equal(one.keys, two.keys)
    assert np.array_equal(one.gaps, two.gaps)
    assert one.n_repetitive == two.n_repetitive


def test_make_sketch__an_axis_too_long_for_the_words():
    space = Space.of({"g": {"c": 1 << 33}})
    with pytest.raises(DataError, match="8,589,934,592 bp are more than the 2,147,483,648") as caught:
        make_sketch({}, SketchConfig(density_bp=1), space=space)
    assert caught.value.code == "E462"
    assert len(make_sketch({}, SketchConfig(density_bp=16), space=space).keys) == 0
