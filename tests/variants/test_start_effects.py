"""ExPecto's score of a variant: against windows made one by one, and against whole predictions."""

import numpy as np
import pytest
import torch
from tests.dataset.toy import write_fasta
from tests.model.zoo.small import small_section

from senformer.core.errors import SenformerError
from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.model import create_model
from senformer.variants.start_effects import start_effects

START = 400


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    # Windows of 40 bp in six bins of 20 bp.
    return create_model("expecto", **small_section("expecto", crop_bins=0, window_bp=140)).eval()


@pytest.fixture(scope="module")
def codes():
    return np.random.default_rng(2).integers(0, 4, 1000).astype(np.uint8)


@pytest.fixture
def genome(codes, tmp_path):
    write_fasta(tmp_path / "g.fa", {"chr1": codes})
    return open_fasta(tmp_path / "g.fa")


def substitution(codes, at, n_bases=1):
    old = codes[at : at + n_bases]
    return Variant("chr1", at, decode(old), decode((old + 1) % 4))


def changed(codes, variant):
    other = codes.copy()
    for at in range(len(variant.alt)):
        other[variant.start + at] = "ACGT".index(variant.alt[at])
    return other


def plain(model, codes, variant, start, strand, max_shift_bp):
    """Return the effect, window after window, strand after strand, weight after weight."""

    def features(codes, first):
        window = torch.eye(4)[torch.from_numpy(codes[first : first + 40]).long()][None]
        other = torch.eye(4)[torch.from_numpy(3 - codes[first : first + 40][::-1].copy()).long()][None]
        return ((model.bank.of_windows(window) + model.bank.of_windows(other))[0] / 2).double()

    total = 0.0
    weights = next(iter(model.heads.values())).weight.double().view(3, 10, 6)
    for shift in range(-max_shift_bp, max_shift_bp + 1, 20):
        first = variant.start - 19 + shift
        difference = features(changed(codes, variant), first) - features(codes, first)
        distance = (variant.start + shift - start) * (1 if strand == "+" else -1)
        for number, rate in enumerate((0.01, 0.02, 0.05, 0.1, 0.2)):
            weight = np.exp(-rate * (abs(distance) // 20))
            if distance <= 0:
                total = total + weights[:, number] @ difference * weight
            if distance >= 0:
                total = total + weights[:, 5 + number] @ difference * weight
    return total.detach().numpy()


@pytest.mark.parametrize("max_shift_bp", [0, 20, 40])
def test_start_effects__equals_the_plain_sum(model, genome, codes, max_shift_bp):
    places = [(330, 1, "+"), (START, 1, "-"), (437, 1, "-"), (415, 3, "+")]
    variants = [substitution(codes, at, n_bases) for at, n_bases, _ in places]
    strands = [strand for *_, strand in places]
    found = start_effects(model, genome, variants, [START] * 4, strands, max_shift_bp=max_shift_bp)
    expected = [
        plain(model, codes, variant, START, strand, max_shift_bp)
        for variant, strand in zip(variants, strands, strict=True)
    ]
    assert np.abs(expected).min() > 0
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("at", [369, 389, 409, 429])
def test_start_effects__is_a_whole_prediction_where_the_windows_are_its_own(model, genome, codes, at):
    # Windows begin at 330, 350...; the variant is base 19 of one, and no other than this and the one before
    # holds it: shifts of 20 bp are all there are.
    variant = substitution(codes, at)
    whole = [
        model(torch.from_numpy(some[None, START - 70 : START + 70]))["cells"][0, 0].detach().numpy()
        for some in (codes, changed(codes, variant))
    ]
    (found,) = start_effects(model, genome, [variant], [START], ["+"], max_shift_bp=20)
    np.testing.assert_allclose(found, whole[1] - whole[0], rtol=1e-3, atol=1e-6)


def test_start_effects__is_alt_less_ref_whichever_the_genome_has(model, genome, codes):
    plain_one = substitution(codes, 410)
    swapped = Variant("chr1", 410, plain_one.alt, plain_one.ref, is_swapped=True)
    found = start_effects(model, genome, [plain_one, swapped], [START] * 2, "++", max_shift_bp=20)
    np.testing.assert_allclose(found[1], -found[0])


def test_start_effects__at_the_end_of_a_chromosome(model, genome, codes):
    effects = start_effects(model, genome, [substitution(codes, 2)], [START], ["+"], max_shift_bp=20)
    assert np.isfinite(effects).all()
    assert start_effects(model, genome, [], [], []).shape == (0, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_shift_bp": 30}, "max_shift_bp: is 30 bp, no whole number of steps of 20 bp"),
        ({"strands": ["."]}, "the strand of its start is '.'. Give + or -."),
        ({"starts": []}, "there are 0 starts and 1 strands of 1 variant. Give one each."),
        ({"variants": [Variant("chr1", 410, "A", "ACG")]}, "is an insertion or deletion of 2 bases"),
    ],
)
def test_start_effects__refuses(model, genome, codes, changes, message):
    given = {"variants": [substitution(codes, 410)], "starts": [START], "strands": ["+"], "max_shift_bp": 20}
    with pytest.raises(SenformerError) as fault:
        start_effects(model, genome, **{**given, **changes})
    assert message in str(fault.value)


def test_start_effects__another_reference_or_model(model, genome, codes):
    there = "ACGT"[codes[410]]
    wrong = Variant("chr1", 410, "ACGT"[(codes[410] + 1) % 4], "ACGT"[(codes[410] + 2) % 4])
    with pytest.raises(SenformerError, match=f"the genome has {there} there, and not {wrong.ref}"):
        start_effects(model, genome, [wrong], [START], ["+"], max_shift_bp=20)
    other = create_model("deepstarr", **small_section("deepstarr", crop_bins=0))
    with pytest.raises(SenformerError, match=r"model: is deepstarr, not one head of lines. Give an expecto"):
        start_effects(other, genome, [], [], [])
