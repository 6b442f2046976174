import numpy as np
import pytest
from tests.variants.toy import TRACKS, random_predictions

from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.variants.effects import Effect
from senformer.variants.measure import Measure
from senformer.variants.place import CENTRAL_BINS
from senformer.variants.scorer import Prediction
from senformer.variants.scorers import SCORERS
from senformer.variants.table import track_frame
from senformer.variants.top import (
    TopVariant,
    add_to_top,
    read_top,
    restore_top,
    summarize,
    write_top,
)


def top_variant(rank, position=10, n_bins=5):
    ref, alt = (random_predictions(n_bins, 3, seed) for seed in (1, 2))
    return TopVariant(Variant("chrA", position - 1, "A", "C"), rank, -12, 4, ref, alt)


MEASURE = Measure([SCORERS["SAD"], SCORERS["SAR"]], 4)


def effect(n_bins, window, seed=1):
    ref, alt = (Prediction(random_predictions(n_bins, 3, seed)) for seed in (seed, seed + 1))
    variant = Variant("chrA", window.start + window.width // 2, "A", "C")
    return Effect(MEASURE(variant, window, 0, [(ref, alt)]), window, ((ref, alt),))


def rank_of(one):
    ref, alt = (allele.bins.sum(0, np.float64) for allele in (one.ref, one.alt))
    return np.abs(np.log2(1 + alt) - np.log2(1 + ref)).max()


def test_add_to_top__rank_is_the_largest_absolute_sar():
    one = effect(5, Interval("chrA", -5, 23))
    assert np.isclose(add_to_top([], one, MEASURE, 1)[0].rank_score, rank_of(one), rtol=1e-12)


def test_summarize__few_bins_are_all_kept():
    kept = summarize(effect(5, Interval("chrA", -5, 23)), 1.0, 4)
    # window of 28 bp, 5 bins of 4 bp: 4 bp cropped on each side
    assert kept.start == -1
    assert kept.ref.shape == (5, 3)


def test_summarize__keeps_the_central_bins_of_many():
    whole = effect(150, Interval("chrA", 1000, 1000 + 170 * 4))
    kept = summarize(whole, 1.0, 4)
    # crop (170 - 150) / 2 = 10 bins; first bin 150 // 2 - 64 = 11
    assert kept.start == 1000 + (10 + 11) * 4
    np.testing.assert_array_equal(kept.alt, whole.alt.bins[11 : 11 + CENTRAL_BINS])
    # the changed base, index 340 of the window, stands at the start of bin 64
    assert (1000 + 340 - kept.start) // 4 == CENTRAL_BINS // 2


@pytest.mark.parametrize("n_top", [0, 1, 3, 20])
def test_add_to_top__largest_first_and_ties_in_order(n_top):
    seeds = [5, 3, 9, 3, 7, 5, 1, 3, 9, 2]
    effects = [effect(5, Interval("chrA", place, place + 28), seed) for place, seed in enumerate(seeds)]
    top = []
    for one in effects:
        top = add_to_top(top, one, MEASURE, n_top)
    order = sorted(range(10), key=lambda place: -rank_of(effects[place]))[:n_top]
    assert [item.start - 4 for item in top] == order


def test_add_to_top__copies_nothing_of_an_effect_that_is_too_small(monkeypatch):
    top = [top_variant(100.0)]
    monkeypatch.setattr("senformer.variants.top.summarize", None)
    assert add_to_top(top, effect(5, Interval("chrA", 0, 28)), MEASURE, 1) == top


def test_write_top__round_trip_without_pickles(tmp_path):
    path = tmp_path / "scores.parquet.top.npz"
    items = [top_variant(2.0, 4), top_variant(1.0, 9)]
    write_top(path, items, "toy", MEASURE, track_frame(TRACKS, 3))
    arrays = read_top(path)
    assert arrays["key"].tolist() == ["chrA:4:A>C", "chrA:9:A>C"]
    assert arrays["ref"].shape == arrays["alt"].shape == (2, 5, 3)
    assert arrays["track_name"].tolist() == ["cage plus", "cage minus", "dnase"]
    assert (str(arrays["head"]), int(arrays["bin_bp"])) == ("toy", 4)
    again = tmp_path / "again.npz"
    write_top(again, restore_top(path), "toy", MEASURE, track_frame(TRACKS, 3))
    assert again.read_bytes() == path.read_bytes()


def test_write_top__no_variants(tmp_path):
    write_top(tmp_path / "top.npz", [], "toy", MEASURE, track_frame(TRACKS, 3))
    assert read_top(tmp_path / "top.npz")["ref"].shape == (0, 0, 3)
    assert restore_top(tmp_path / "top.npz") == []
