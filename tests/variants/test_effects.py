import tracemalloc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from tests.contracts.scorer import toy_genes
from tests.oracles.variant_scores import score_variant
from tests.predict.delta.models import HEAD, baskerville, enformer
from tests.variants.toy import BIN_BP, DEFAULT, GENOME, TRACKS, WINDOW_BP, ToyModel, every_snv, write_genome

from senformer.core.errors import DataError
from senformer.genome.fasta import open_fasta
from senformer.genome.variant import Variant
from senformer.predict.delta.passes import KeptPass
from senformer.predict.predictor import Predictor
from senformer.variants.alleles import read_alleles
from senformer.variants.effects import bins_read, predict_effects
from senformer.variants.ensemble import Ensemble
from senformer.variants.indels import INDELS
from senformer.variants.loci import Locus, group_loci, variant_window
from senformer.variants.masks import parse_scorer
from senformer.variants.measure import Measure

BOTH = Measure(DEFAULT, BIN_BP)
PAIRS = [track["strand_pair"] for track in TRACKS]


@pytest.fixture
def fasta(tmp_path):
    return open_fasta(write_genome(tmp_path))


def variants_at(places):
    return [Variant(chrom, position - 1, GENOME[chrom][position - 1], alt) for chrom, position, alt in places]


def effects_of(variants, fasta, batch_size=4, strands="both", model=None):
    predictor = Predictor(model or ToyModel(), device="cpu", strands=strands, batch_size=batch_size)
    loci = group_loci(variants, WINDOW_BP)
    return list(predict_effects(loci, fasta, Ensemble([predictor], "toy"), BOTH, INDELS["shift"]))


def test_predict_effects__equal_the_slow_oracle(fasta):
    variants = variants_at(every_snv("chrA", range(1, 66, 6)) + every_snv("chrB", range(1, 12, 3)))
    for effect in effects_of(variants, fasta):
        v = effect.scores[0].variant
        expected = score_variant(
            ToyModel(), GENOME[v.chrom], v.position, v.ref, v.alt, WINDOW_BP, "toy", PAIRS
        )
        np.testing.assert_allclose(effect.scores[0].values, expected, atol=1e-5)
        assert np.abs(effect.scores[0].values).max() > 1e-3


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 100])
def test_predict_effects__batch_size_does_not_matter(fasta, batch_size):
    variants = variants_at(every_snv("chrA", range(20, 25)))
    base = [effect.scores[0].values for effect in effects_of(variants, fasta, batch_size=5)]
    other = [effect.scores[0].values for effect in effects_of(variants, fasta, batch_size=batch_size)]
    np.testing.assert_allclose(other, base, atol=1e-5)


def test_predict_effects__order_does_not_matter(fasta):
    variants = variants_at(every_snv("chrA", range(20, 25)))
    base = {effect.scores[0].variant: effect.scores[0].values for effect in effects_of(variants, fasta)}
    shuffled = [variants[index] for index in np.random.default_rng(1).permutation(len(variants))]
    for effect in effects_of(shuffled, fasta):
        np.testing.assert_allclose(effect.scores[0].values, base[effect.scores[0].variant], atol=1e-5)


def test_predict_effects__swapped_alleles_flip_the_sign(tmp_path, monkeypatch):
    forth = effects_of(variants_at([("chrA", 30, "A")]), open_fasta(write_genome(tmp_path)))[0]
    ref = GENOME["chrA"][29]
    swapped = GENOME["chrA"][:29] + "A" + GENOME["chrA"][30:]
    (tmp_path / "swapped").mkdir()
    monkeypatch.setitem(GENOME, "chrA", swapped)
    fasta = open_fasta(write_genome(tmp_path / "swapped"))
    back = effects_of([Variant("chrA", 29, "A", ref)], fasta)[0]
    np.testing.assert_allclose(back.scores[0].values, -forth.scores[0].values, atol=1e-6)


def test_predict_effects__reference_is_predicted_once_a_base(fasta):
    counted = []

    class Counting(Predictor):
        def predict(self, codes, head, names=None):
            counted.append(len(codes))
            return super().predict(codes, head, names)

    variants = variants_at(every_snv("chrA", range(20, 25)))
    assert len(variants) == 15
    ensemble = Ensemble([Counting(ToyModel(), device="cpu")], "toy")
    list(predict_effects(group_loci(variants, WINDOW_BP), fasta, ensemble, BOTH, INDELS["shift"]))
    assert sum(counted) == 15 + 5


def test_predict_effects__forward_strand_differs(fasta):
    variants = variants_at([("chrA", 30, "A")])
    both = effects_of(variants, fasta)[0].scores[0].values
    forward = effects_of(variants, fasta, strands="forward")[0].scores[0].values
    assert np.abs(both - forward).max() > 1e-3


def test_predict_effects__flags_padding(fasta):
    effects = effects_of(variants_at([("chrA", 2, "G"), ("chrA", 30, "A"), ("chrB", 4, "T")]), fasta)
    # position 2: start 1 - 12 = -11; position 30 inside; chrB of 11 bp in a window of 24: 24 - 11
    assert [effect.scores[0].padded_bp for effect in effects] == [11, 0, 13]


def test_predict_effects__prediction_that_is_not_finite_is_an_error(fasta):
    with pytest.raises(DataError, match=r"chrA:17-41 \(0-based\): the model's prediction is not finite"):
        effects_of(variants_at([("chrA", 30, "A")]), fasta, model=ToyModel(scale=float("nan")))


@pytest.mark.parametrize("make", [enformer, baskerville])
def test_predict_effects__by_delta_equal_the_whole_model(fasta, make):
    model = make(window_bp=16 * 20, crop_bins=3)
    variants = variants_at([*every_snv("chrA", range(29, 31)), ("chrB", 4, "T")])
    bases = GENOME["chrA"]
    variants += [
        Variant("chrA", 30, bases[30:35], bases[30]),
        Variant("chrA", 29, bases[29], bases[29] + "GTG"),
    ]
    loci = group_loci(variants, model.window_bp, 3)
    ensemble, measure = Ensemble([Predictor(model, device="cpu")], HEAD), Measure(DEFAULT, model.bin_bp)
    by_delta, whole = (
        list(predict_effects(loci, fasta, ensemble, measure, INDELS["shift"], delta=delta))
        for delta in (True, False)
    )
    assert len(by_delta) == len(variants)
    for one, other in zip(by_delta, whole, strict=True):
        assert one.scores[0].variant == other.scores[0].variant
        np.testing.assert_allclose(one.alt.bins, other.alt.bins, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(one.scores[0].values, other.scores[0].values, atol=1e-3)
    assert max(np.abs(effect.scores[0].values).max() for effect in whole) > 0.01


@pytest.mark.parametrize("names", [["SAR@5"], ["SAX@51", "D1@1"], ["SED", "SAD@17"]])
def test_predict_effects__bins_that_no_mask_reads_are_not_predicted(fasta, monkeypatch, names):
    monkeypatch.setattr("senformer.variants.place.CENTRAL_BINS", 2)
    model = enformer(window_bp=16 * 20, crop_bins=3)
    variants = variants_at([*every_snv("chrA", range(29, 31)), ("chrA", 44, "A")])
    loci = group_loci(variants, model.window_bp, 8)
    ensemble = Ensemble([Predictor(model, device="cpu")], HEAD)
    genes = {"exons": toy_genes([("G", 10, 20, "+"), ("G", 50, 61, "+"), ("H", 3, 4, "-")])}
    measure = Measure([parse_scorer(name) for name in names], model.bin_bp, genes)
    read = [bins_read(locus, ensemble.n_bins, measure) for locus in loci]
    assert all(bins is None or 2 <= len(bins) < ensemble.n_bins for bins in read)
    assert any(bins is not None for bins in read)
    some, whole = (
        list(predict_effects(loci, fasta, ensemble, measure, INDELS["shift"], delta=delta))
        for delta in (True, False)
    )
    for one, other in zip(some, whole, strict=True):
        assert [row.gene for row in one.scores] == [row.gene for row in other.scores]
        for mine, theirs in zip(one.scores, other.scores, strict=True):
            np.testing.assert_allclose(mine.values, theirs.values, rtol=1e-3, atol=1e-4)
    assert max(np.nanmax(np.abs(effect.scores[0].values)) for effect in whole) > 1e-3


def test_bins_read__all_where_bins_move():
    bases = GENOME["chrA"]
    deletion = Variant("chrA", 30, bases[30:35], bases[30])
    measure = Measure([parse_scorer("SAD@1")], 1)
    assert bins_read(group_loci([deletion], 300)[0], 300, measure) is None
    (locus,) = group_loci(variants_at([("chrA", 31, "C")]), 300)
    # the variant at the center, in bin 150, and 128 bins around it
    np.testing.assert_array_equal(bins_read(locus, 300, measure), np.arange(150 - 64, 150 + 64))


@pytest.mark.parametrize(("batch_size", "most"), [(1, 3), (3, 1), (4, 1)])
def test_predict_effects__members_are_kept_one_at_a_time(fasta, monkeypatch, batch_size, most):
    alive, seen = weakref.WeakSet(), []

    class Watched(KeptPass):
        def outputs(self, codes):
            alive.add(self)
            seen.append(len(alive))
            return super().outputs(codes)

    monkeypatch.setattr("senformer.predict.delta.predictor.KeptPass", Watched)
    models = [enformer(window_bp=16 * 20, crop_bins=3) for _ in range(3)]
    members = [Predictor(m, device="cpu", strands="forward", batch_size=batch_size) for m in models]
    # three alleles of one base, as a variant of the usual window has at most
    loci = group_loci(variants_at(every_snv("chrA", range(30, 31))), models[0].window_bp)
    found = list(predict_effects(loci, fasta, Ensemble(members, HEAD), BOTH, INDELS["shift"]))
    assert len(found) == 3
    assert max(seen) == most
    alone = list(predict_effects(loci, fasta, Ensemble(members[1:2], HEAD), BOTH, INDELS["shift"]))
    for effect, other in zip(found, alone, strict=True):
        np.testing.assert_allclose(effect.members[1][1].bins, other.alt.bins, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_predict_effects__five_hundred_alleles_of_a_window_take_no_more_memory(fasta):
    model = enformer(window_bp=16 * 200, crop_bins=3)
    ensemble = Ensemble([Predictor(model, device="cpu", strands="forward")], HEAD)
    places = [place for place in range(10, 60) if "N" not in GENOME["chrA"][place : place + 2]]
    refs = {place: GENOME["chrA"][place : place + 2] for place in places}
    # every base pair but those that share one with the genome: 9 a place
    alts = [one + two for one in "ACGT" for two in "ACGT"]
    variants = [
        Variant("chrA", place, ref, alt)
        for place, ref in refs.items()
        for alt in alts
        if alt[0] != ref[0] and alt[1] != ref[1]
    ]
    variants += [
        Variant("chrA", place, ref[0], alt) for place, ref in refs.items() for alt in "ACGT" if alt != ref[0]
    ]
    variants = variants[:500]
    window = variant_window(variants[0], model.window_bp)
    assert len({(v.key, v.change) for v in variants}) == 500  # which each keeps from now on
    peaks = []
    for n in (5, 500):
        tracemalloc.start()
        locus = Locus(window, tuple(variants[:n]))
        assert sum(1 for _ in predict_effects([locus], fasta, ensemble, BOTH, INDELS["shift"])) == n
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # a variant keeps some facts about itself; the windows of all alleles at once would be 3,200 bytes each
    assert peaks[1] - peaks[0] < 800 * 495


def test_predict_effects__windows_of_another_length_are_not_padded(fasta, monkeypatch):
    def shorter(locus, *others):
        ref, alleles = read_alleles(locus, *others)
        return ref, (replace(allele, windows=allele.windows[:, :-1]) for allele in alleles)

    monkeypatch.setattr("senformer.variants.effects.read_alleles", shorter)
    with pytest.raises(ValueError, match="same shape"):
        effects_of(variants_at(every_snv("chrA", range(20, 21))), fasta)
