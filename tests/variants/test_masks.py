import numpy as np
import pytest
from tests.contracts.scorer import toy_genes
from tests.oracles.scores import bins_of_mask

from senformer.core.errors import ConfigError
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.variants.masks import all_bins_read, describe_mask, parse_scorer, read_bins
from senformer.variants.place import Place
from senformer.variants.scorers import SCORERS

WINDOW = Interval("chrA", 100, 136)  # 7 bins of 4 bp, from 104 to 132
EXONS = [("G", 106, 110, "+"), ("G", 121, 123, "+"), ("H", 90, 95, "-"), ("H", 140, 150, "-")]


def place(start=118, ref="A"):
    return Place(Variant("chrA", start, ref, "T"), WINDOW, 7, 4)


def bins_of(mask, where, genes=None):
    return [(gene, np.arange(7)[bins].tolist()) for gene, bins in read_bins(mask, where, genes or {})]


@pytest.mark.parametrize("mask", ["1", "3", "7", "9", "15", "501", "2001"])
@pytest.mark.parametrize(("start", "ref"), [(118, "A"), (116, "CCG"), (105, "A"), (131, "A"), (134, "A")])
def test_read_bins__center_equals_the_slow_oracle(mask, start, ref):
    expected = bins_of_mask(mask, start + 1, ref, 104, 7, 4)
    assert bins_of(mask, place(start, ref)) == [(None, expected)]


def test_read_bins__center_takes_partly_covered_bins_whole():
    # 118 is in bin 3 (116 to 120); 5 bp around it, 116 to 121, touch bin 4 (120 to 124) too
    assert bins_of("5", place()) == [(None, [3, 4])]


@pytest.mark.parametrize("mask", ["exons", "span"])
def test_read_bins__genes_equal_the_slow_oracle(mask):
    genes = {mask: toy_genes(EXONS)}
    (gene, found), *others = bins_of(mask, place(), genes)
    spans = [(start, end) for name, start, end, _ in EXONS if name == "G"]
    assert gene.id == "G"
    assert found == bins_of_mask(mask, 119, "A", 104, 7, 4, spans)
    assert others == []  # H spans the window, and none of its exons is in it


@pytest.mark.parametrize("start", [95, 99, 100, 103, 104, 117, 131, 132, 135, 136, 140])
def test_read_bins__tss_has_a_bin_on_each_side(start):
    found = bins_of("tss", place(), {"tss": toy_genes([("G", start, start + 1, "+")])})
    expected = bins_of_mask("tss", 119, "A", 104, 7, 4, [(start, start + 1)])
    assert [bins for _, bins in found] == ([expected] if expected else [])


def test_all_bins_read__is_what_all_masks_read_together():
    genes = {"exons": toy_genes(EXONS)}
    scorers = [parse_scorer("SAD@1"), SCORERS["SED"]]
    # 118 in bin 3; exons at 106 to 110 in bins 0 and 1, at 121 to 123 in bin 4
    assert all_bins_read(scorers, place(), genes).tolist() == [0, 1, 3, 4]
    assert all_bins_read([SCORERS["SAD"]], place(), {}).tolist() == list(range(7))


def test_parse_scorer__name_and_mask():
    scorer = parse_scorer("SAD@501")
    assert (scorer.name, scorer.mask, scorer.unit) == ("SAD@501", "501", SCORERS["SAD"].unit)
    assert scorer.formula == "sum over bins (ALT - REF); over bins within 250 bp of what the variant changes"
    assert parse_scorer("SED") is SCORERS["SED"]
    assert parse_scorer(scorer) is scorer


@pytest.mark.parametrize(
    "name", ["SAD@", "SAD@500", "SAD@0", "SAD@-1", "SAD@5e2", "SAD@exon", "SAD@١", "SAD@1@3"]
)
def test_parse_scorer__no_such_mask(name):
    with pytest.raises(
        ConfigError, match="Give an odd width in bp, as in SAD@501, or one of all, exons, tss"
    ) as caught:
        parse_scorer(name)
    assert caught.value.code == "E757"


def test_parse_scorer__no_such_scorer():
    with pytest.raises(ConfigError, match="no scorer is called 'SADD'"):
        parse_scorer("SADD@501")


def test_describe_mask__in_words():
    assert describe_mask("all") == "all bins"
    assert describe_mask("2001") == "bins within 1000 bp of what the variant changes"
    assert describe_mask("exons") == "bins that hold a base of the gene's exons"
