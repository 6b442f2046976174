import pytest
from hypothesis import given, settings
from tests.strategies import variants

from senformer.genome.variant import Variant


def test_variant__positions_and_key():
    variant = Variant("chr22", 36201697, "A", "C", "rs1")
    assert (variant.position, variant.end, variant.key) == (36201698, 36201698, "chr22:36201698:A>C")
    assert variant.is_snv


def test_variant__deletion_end():
    variant = Variant("chr1", 9, "ACG", "A")
    assert (variant.position, variant.end, variant.is_snv) == (10, 12, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chr1", -1, "A", "C"), "chr1:0:A>C: the position lies before the chromosome"),
        (("chr1", 0, "a", "C"), "ref is 'a'; allowed are the letters A, C, G and T"),
        (("chr1", 0, "A", ""), "alt is ''"),
        (("chr1", 0, "A", "N"), "an N changes"),
        (("chr1", 0, "A", "A"), "chr1:1:A>A: ref and alt are the same"),
    ],
)
def test_variant__impossible_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Variant(*arguments)


@settings(deadline=None)
@given(variants())
def test_variant__end_and_kind_follow_the_alleles(variant):
    assert variant.end - variant.start == len(variant.ref)
    assert variant.is_snv == (len(variant.ref) == 1 and len(variant.alt) == 1)
