import pytest
from tests.variants.toy import GENOME, WINDOW_BP, every_snv

from senformer.genome.variant import Variant
from senformer.variants.cut import cut_shards
from senformer.variants.loci import group_loci

VARIANTS = [
    Variant(c, p - 1, GENOME[c][p - 1], alt)
    for c, p, alt in every_snv("chrA", range(20, 24))  # 4 bases, 3 substitutions each
]
LOCI = group_loci(VARIANTS, WINDOW_BP)


def sizes(shards):
    return [sum(len(locus.variants) for locus in shard) for shard in shards]


@pytest.mark.parametrize(("shard_size", "wanted"), [(1, [3, 3, 3, 3]), (4, [6, 6]), (7, [9, 3]), (99, [12])])
def test_cut_shards__never_divides_a_locus(shard_size, wanted):
    shards = cut_shards(LOCI, shard_size, lambda locus: 1, 1000)
    assert sizes(shards) == wanted
    assert [locus for shard in shards for locus in shard] == LOCI


@pytest.mark.parametrize(
    ("most_rows", "wanted"),
    [
        (60, [12]),  # 5 rows a variant, 15 a locus
        (59, [9, 3]),
        (15, [3, 3, 3, 3]),
        (14, [2, 1, 2, 1, 2, 1, 2, 1]),
        (1, [1] * 12),
    ],
)
def test_cut_shards__no_more_rows_than_allowed(most_rows, wanted):
    shards = cut_shards(LOCI, 99, lambda locus: 5, most_rows)
    assert sizes(shards) == wanted
    assert [variant for shard in shards for locus in shard for variant in locus.variants] == VARIANTS


def test_cut_shards__rows_are_those_of_each_locus():
    rows = dict(zip(LOCI, (1, 20, 1, 1), strict=True))
    # 3, then 60 alone, then 3 and 3
    assert sizes(cut_shards(LOCI, 99, rows.__getitem__, 60)) == [3, 3, 6]
