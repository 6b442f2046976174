import gzip

import numpy as np
import pytest
from tests.oracles.variant_scores import window_text
from tests.variants.toy import GENOME, every_snv, write_genome

from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.variants.alleles import group_loci, read_alleles, variant_window


@pytest.fixture
def fasta(tmp_path):
    return open_fasta(write_genome(tmp_path))


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


@pytest.mark.parametrize("window_bp", [1, 2, 24, 25, 150])
def test_read_alleles__equals_string_slices_everywhere(fasta, window_bp):
    # Every substitution of both chromosomes: both ends, and a chromosome shorter than the window.
    for chrom, bases in GENOME.items():
        for _, position, alt in every_snv(chrom, range(1, len(bases) + 1)):
            ref = bases[position - 1]
            locus = group_loci([Variant(chrom, position - 1, ref, alt)], window_bp)[0]
            alleles = read_alleles(locus, fasta)
            assert decode(alleles.ref) == window_text(bases, position, ref, window_bp)
            assert decode(alleles.alts[0]) == window_text(bases, position, alt, window_bp)
            first = position - 1 - window_bp // 2
            inside = sum(0 <= at < len(bases) for at in range(first, first + window_bp))
            assert alleles.padded_bp == window_bp - inside


def test_read_alleles__alts_differ_from_ref_at_the_center_alone(fasta):
    variants = [Variant("chrA", 30, GENOME["chrA"][30], alt) for alt in "ACGT" if alt != GENOME["chrA"][30]]
    alleles = read_alleles(group_loci(variants, 24)[0], fasta)
    assert alleles.alts.shape == (3, 24)
    differs = alleles.alts != alleles.ref
    np.testing.assert_array_equal(np.flatnonzero(differs.any(axis=0)), [12])
    assert differs[:, 12].all()


def test_read_alleles__does_not_trust_an_unchecked_variant(fasta):
    wrong = "A" if GENOME["chrA"][30] != "A" else "C"
    with pytest.raises(AssertionError, match="not checked"):
        read_alleles(group_loci([Variant("chrA", 30, wrong, "G")], 24)[0], fasta)


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
            alleles = read_alleles(locus, real)
            assert decode(alleles.ref) == window_text(bases, int(position), ref, 196_608)
            assert decode(alleles.alts[0]) == window_text(bases, int(position), alt, 196_608)
