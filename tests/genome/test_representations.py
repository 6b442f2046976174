"""One variant, however it is written: one key, and one pair of windows."""

import numpy as np
import pytest
from tests.genome.toy import write_fasta
from tests.oracles.random_variants import random_genome_with_repeats, random_record
from tests.oracles.variant_consequence import apply_text, first_changed, normalize_text

from senformer.genome.fasta import open_fasta
from senformer.genome.normalize import normalize
from senformer.genome.variant import Variant
from senformer.genome.variant_reader import read_variants

HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


def rewritten(rng, bases: str, start: int, old: str, new: str) -> tuple[int, str, str]:
    """Return the same change of ``bases`` written in another way: moved, padded, in another case."""
    changed = apply_text(bases, start, old, new)
    place, gone, came = first_changed(start, old, new)
    width, most = len(gone), len(bases)
    places = [place]
    if not gone or not came:  # every place at which the same bases lost or won give the same sequence
        places = [
            at
            for at in range(most - width + 1)
            if bases[:at] + changed[at : at + len(came)] + bases[at + width :] == changed
        ]
    at = int(rng.choice(places))
    left = int(rng.integers(0, min(at, 4) + 1))
    right = int(rng.integers(0, min(most - at - width, 4) + 1))
    if not gone or not came:
        left, right = (left, right) if left + right else ((1, 0) if at else (0, 1))
    ref = bases[at - left : at + width + right]
    alt = bases[at - left : at] + changed[at : at + len(came)] + bases[at + width : at + width + right]
    cased = ["".join(rng.choice([x.upper(), x.lower()]) for x in allele) for allele in (ref, alt)]
    return at - left, cased[0], cased[1]


@pytest.mark.parametrize("n_variants", [60, pytest.param(1_000, marks=pytest.mark.slow)])
def test_read_variants__every_form_of_a_variant_has_one_key(tmp_path, n_variants):
    rng = np.random.default_rng(31)
    genome = random_genome_with_repeats(rng, n_variants)
    expected, rows = {}, []
    for chrom, bases in genome.items():
        while (record := random_record(rng, bases)) is None:
            pass
        expected[chrom] = Variant(chrom, *normalize_text(bases, *record)).key
        for _ in range(10):
            start, ref, alt = rewritten(rng, bases, *record)
            rows.append(f"{chrom}\t{start + 1}\t.\t{ref}\t{alt}\t.\t.\t.\n")
    (tmp_path / "x.vcf").write_text(HEADER + "".join(rows))
    fasta = open_fasta(write_fasta(tmp_path / "g.fa", genome))
    found = read_variants(tmp_path / "x.vcf", fasta)
    assert {variant.chrom: variant.key for variant in found.variants} == expected
    assert len(found.variants) == n_variants
    assert found.skipped_alleles == {"duplicate": 9 * n_variants}
    for variant in found.variants:  # the normal form is its own
        form = (variant.start, variant.ref, variant.alt)
        assert normalize(variant.chrom, *form, fasta) == form
