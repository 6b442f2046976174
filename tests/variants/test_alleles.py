import gzip
import tracemalloc

import numpy as np
import pytest
from tests.oracles.variant_consequence import normalize_text, windows_text
from tests.oracles.variant_scores import window_text
from tests.variants.toy import GENOME, every_snv, write_genome

from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.variants.alleles import is_padded, other_window, read_alleles
from senformer.variants.loci import Locus, group_loci, variant_window


@pytest.fixture(scope="module")
def fasta(tmp_path_factory):
    return open_fasta(write_genome(tmp_path_factory.mktemp("genome")))


@pytest.mark.parametrize("window_bp", [1, 2, 24, 25, 150])
def test_read_alleles__equals_string_slices_everywhere(fasta, window_bp):
    # Every substitution of both chromosomes: both ends, and a chromosome shorter than the window.
    for chrom, bases in GENOME.items():
        for _, position, alt in every_snv(chrom, range(1, len(bases) + 1)):
            ref = bases[position - 1]
            locus = group_loci([Variant(chrom, position - 1, ref, alt)], window_bp)[0]
            codes, (allele,) = read(locus, fasta)
            assert decode(codes) == window_text(bases, position, ref, window_bp)
            assert decode(allele.windows[0]) == window_text(bases, position, alt, window_bp)
            first = position - 1 - window_bp // 2
            inside = sum(0 <= at < len(bases) for at in range(first, first + window_bp))
            assert allele.padded_bp == window_bp - inside


def test_read_alleles__alts_differ_from_ref_at_the_center_alone(fasta):
    variants = [Variant("chrA", 30, GENOME["chrA"][30], alt) for alt in "ACGT" if alt != GENOME["chrA"][30]]
    ref, alleles = read(group_loci(variants, 24)[0], fasta)
    alts = np.concatenate([allele.windows for allele in alleles])
    assert alts.shape == (3, 24)
    differs = alts != ref
    np.testing.assert_array_equal(np.flatnonzero(differs.any(axis=0)), [12])
    assert differs[:, 12].all()


# chrA: ACGTTGCATGCCATTAGCAATCGGATTACCAGTTAGCATC...; positions 0-based, window of 8 bp.
@pytest.mark.parametrize(
    ("variant", "ref", "left", "right"),
    [
        # GC|AT: CA lost at 6; the window begins at 7 - 4 = 3.
        (Variant("chrA", 6, "CA", "C"), "TTGCATGC", "TTGCTGCC", "GTTGCTGC"),
        # TT put before base 7.
        (Variant("chrA", 6, "C", "CTT"), "TTGCATGC", "TTGCTTAT", "GCTTATGC"),
        # Longer than the window: its first bases, and its last.
        (Variant("chrA", 6, "C", "CTTTTTTTTTTA"), "TTGCATGC", "TTGCTTTT", "TTTAATGC"),
        # Deleted beyond the window (bases 7 to 16): anchored right it ends where the deletion does.
        (Variant("chrA", 6, "CATGCCATTAG", "C"), "TTGCATGC", "TTGCCAAT", "ACGTTGC"[-8:].rjust(8, "N")),
    ],
)
def test_other_window__by_hand(fasta, variant, ref, left, right):
    window = variant_window(variant, 8)
    assert decode(fasta.fetch("chrA", window.start, window.end)) == ref
    assert decode(other_window(variant, window, fasta, "left")[0]) == left
    assert decode(other_window(variant, window, fasta, "right")[0]) == right


def read(locus, fasta, anchors=("left", "right")):
    """Return the reference, and all other alleles at once."""
    ref, alleles = read_alleles(locus, fasta, anchors)
    return ref, list(alleles)


def random_variant(rng, chrom: str, bases: str) -> Variant | None:
    """Return a random variant in normal form: any kind, at both ends, beside N; None where an N changes."""
    kind = rng.integers(5)
    n_old, n_new = ((1, 1), (2, 2), (0, 1), (1, 0), (2, 1))[kind] * rng.integers(1, 5, 2)
    if kind == 4 and rng.random() < 0.2:
        n_old, n_new = 0, int(rng.integers(20, 60))
    n_old = min(int(n_old) if kind > 0 else 1, len(bases) - 1)
    n_new = int(n_new) if kind > 1 else n_old
    start = int(rng.choice([0, len(bases) - n_old, rng.integers(0, len(bases) - n_old + 1)]))
    new = "".join(rng.choice(list("ACGT"), n_new))
    old = bases[start : start + n_old]
    if not old or not new:  # as a VCF has it, with a base that both share
        if start:
            start, old, new = start - 1, bases[start - 1] + old, bases[start - 1] + new
        else:
            old, new = old + bases[len(old)], new + bases[len(old)]
    if old == new:
        return None
    try:
        return Variant(chrom, *normalize_text(bases, start, old, new))
    except ValueError:
        return None


@pytest.mark.parametrize("n_variants", [400, pytest.param(20_000, marks=pytest.mark.slow)])
def test_read_alleles__random_variants_equal_the_slow_oracle(fasta, n_variants):
    rng = np.random.default_rng(11)
    n_seen = 0
    while n_seen < n_variants:
        chrom = str(rng.choice(list(GENOME)))
        variant = random_variant(rng, chrom, GENOME[chrom])
        if variant is None:
            continue
        n_seen += 1
        window_bp, offset = int(rng.choice([1, 8, 25, 150])), 0
        window = variant_window(variant, window_bp)
        if window_bp > 8:  # anywhere in the window, as where windows are shared
            offset = int(rng.integers(-window_bp // 2 + 1, window_bp // 2))
            window = window.shift(-offset)
        locus = Locus(window, (variant,))
        ref, (allele,) = read(locus, fasta)
        expected = windows_text(
            GENOME[chrom], variant.start, variant.ref, variant.alt, window.start, window_bp
        )
        assert locus.offset_bp(variant) == offset
        assert decode(ref) == expected[0], variant
        wanted = expected[1:] if variant.change.gain_bp else expected[1:2]
        assert [decode(codes) for codes in allele.windows] == list(wanted), variant
        size = len(GENOME[chrom])
        assert (allele.padded_bp > 0) == is_padded(variant, window, ("left", "right"), size)


def test_read_alleles__windows_of_each_variant(fasta):
    variants = (
        Variant("chrA", 12, "A", "C"),
        Variant("chrA", 11, "C", "CTT"),
        Variant("chrA", 12, "AT", "GG"),
        Variant("chrA", 11, "CA", "C"),
    )
    locus = Locus(variant_window(variants[0], 16), variants)
    both, left = read(locus, fasta)[1], read(locus, fasta, ("left",))[1]
    assert [allele.variant for allele in both] == list(variants)
    assert [allele.windows.shape for allele in both] == [(1, 16), (2, 16), (1, 16), (2, 16)]
    for one, two in zip(left, both, strict=True):
        np.testing.assert_array_equal(one.windows, two.windows[:1])


def test_read_alleles__many_of_one_window_are_not_held_at_once(fasta):
    variants = tuple(Variant("chrA", 30, GENOME["chrA"][30], "TG" * n) for n in range(1, 121))
    window = variant_window(variants[0], 100_000)
    n_windows, peaks = 0, []
    for n in (5, 120):
        tracemalloc.start()
        for allele in read_alleles(Locus(window, variants[:n]), fasta)[1]:
            n_windows += len(allele.windows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert n_windows == 2 * 125
    assert peaks[1] < 1.5 * peaks[0] < 5_000_000


def test_read_alleles__counts_the_padding_of_the_window_that_has_most(fasta):
    # chrB: TTGACCATGGC, 11 bp. A window of 4 bp around base 9 ends at the chromosome's end; what is deleted
    # there draws in as much from beyond.
    variant = Variant("chrB", 8, "GG", "G")
    variant = Variant("chrB", *normalize_text(GENOME["chrB"], variant.start, variant.ref, variant.alt))
    assert variant.key == "chrB:8:TG>T"
    locus = group_loci([variant], 6)[0]
    assert (locus.window.start, locus.window.end) == (5, 11)
    assert read(locus, fasta)[1][0].padded_bp == 1
    assert is_padded(variant, locus.window, ("left", "right"), 11)
    assert not is_padded(variant, locus.window, ("right",), 11)
    assert read(locus, fasta, ("right",))[1][0].padded_bp == 0


def test_read_alleles__swapped_alleles_have_the_same_two_windows(fasta):
    bases = GENOME["chrA"]
    plain = Variant("chrA", 29, bases[29], "CGT"[bases[29] == "C"])
    swapped = Variant("chrA", 29, plain.alt, plain.ref, is_swapped=True)
    found, other = (read(group_loci([one], 24)[0], fasta) for one in (plain, swapped))
    np.testing.assert_array_equal(found[0], other[0])
    np.testing.assert_array_equal(found[1][0].windows, other[1][0].windows)


def test_read_alleles__does_not_trust_an_unchecked_variant(fasta):
    wrong = "A" if GENOME["chrA"][30] != "A" else "C"
    for alt in ("G", "GT"):
        with pytest.raises(AssertionError, match="not checked"):
            read(group_loci([Variant("chrA", 30, wrong, alt)], 24)[0], fasta)


@pytest.mark.real_data
def test_read_alleles__equals_string_slices_on_a_real_genome(shared_data):
    path = shared_data / "sacCer3" / "sacCer3.fa.gz"
    records = gzip.decompress(path.read_bytes()).decode().split(">")[1:]
    genome = {head.split()[0]: "".join(lines).upper() for head, *lines in map(str.splitlines, records)}
    rng = np.random.default_rng(5)
    real = open_fasta(path)
    for chrom, bases in genome.items():
        for position in (1, len(bases), *rng.integers(1, len(bases), 10)):
            ref = bases[position - 1]
            alt = "ACGT"[("ACGT".index(ref) + 1) % 4]
            locus = group_loci([Variant(chrom, int(position) - 1, ref, alt)], 196_608)[0]
            codes, (allele,) = read(locus, real)
            assert decode(codes) == window_text(bases, int(position), ref, 196_608)
            assert decode(allele.windows[0]) == window_text(bases, int(position), alt, 196_608)
