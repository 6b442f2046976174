import numpy as np
import pytest
from tests.contracts.scorer import toy_genes
from tests.variants.toy import random_predictions

from senformer.core.errors import DataError
from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.variants.masks import parse_scorer
from senformer.variants.measure import Measure
from senformer.variants.scorer import Prediction

WINDOW = Interval("chrA", 100, 136)  # 7 bins of 4 bp, from 104 to 132
VARIANT = Variant("chrA", 118, "A", "C")
GENES = {"exons": toy_genes([("far", 105, 107, "+"), ("near", 121, 123, "-"), ("out", 300, 310, "+")])}


def pair(seed=1):
    return tuple(Prediction(random_predictions(7, 3, seed + step)) for step in (0, 1))


def measure(names, members, variant=VARIANT):
    return Measure([parse_scorer(name) for name in names], 4, GENES)(variant, WINDOW, 5, members)


def test_measure__own_row_then_genes_the_nearest_first():
    ref, alt = pair()
    rows = measure(["SAD", "SED", "SAD@1"], [(ref, alt)])
    # starts: "near" on the minus strand at 122, "far" at 105; the variant is at 118
    assert [row.gene and row.gene.id for row in rows] == [None, "near", "far"]
    change = (alt.bins - ref.bins).astype(np.float64)
    nan = np.full(3, np.nan)
    np.testing.assert_allclose(rows[0].values, [change.sum(0), nan, change[3]], rtol=1e-6)
    np.testing.assert_allclose(rows[1].values, [nan, change[4], nan], rtol=1e-6)
    np.testing.assert_allclose(rows[2].values, [nan, change[0], nan], rtol=1e-6)
    assert {row.padded_bp for row in rows} == {5}
    assert all(row.spread is None for row in rows)


def test_measure__genes_alone():
    assert [row.gene.id for row in measure(["SED"], [pair()])] == ["near", "far"]


def test_measure__a_gene_is_near_on_either_side_of_its_start():
    genes = {"exons": toy_genes([("left", 105, 107, "-"), ("near", 121, 123, "-")])}
    rows = Measure([parse_scorer("SED")], 4, genes)(VARIANT, WINDOW, 0, [pair()])
    # 118 lies 12 bp upstream of 106, and 4 bp downstream of 122.
    assert [(row.gene.id, row.gene.distance(VARIANT)) for row in rows] == [("near", 4), ("left", -12)]


def test_most_rows__is_never_less_than_the_rows():
    one = Measure([parse_scorer("SED"), parse_scorer("SAD")], 4, GENES)
    assert one.most_rows(WINDOW) == len(one(VARIANT, WINDOW, 0, [pair()])) == 3
    assert one.most_rows(Interval("chrB", 100, 136)) == 1


def test_measure__no_gene_in_reach_leaves_a_row():
    away = Measure([parse_scorer("SED")], 4, {"exons": toy_genes([("out", 300, 310, "+")])})
    (row,) = away(VARIANT, WINDOW, 0, [pair()])
    assert row.gene is None
    assert np.isnan(row.values).all()


def test_measure__variant_beyond_the_output_has_no_score_around_it():
    (row,) = measure(["SAD", "SAD@1"], [pair()], Variant("chrA", 101, "A", "C"))
    assert np.isfinite(row.values[0]).all()
    assert np.isnan(row.values[1]).all()


def test_measure__mean_and_spread_over_members():
    members = [pair(1), pair(3), pair(5)]
    (row,) = measure(["SAR"], members)
    each = np.stack([measure(["SAR"], [member])[0].values for member in members])
    np.testing.assert_allclose(row.values, each.mean(0), rtol=1e-12)
    np.testing.assert_allclose(row.spread, each.std(0, ddof=1), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "value"), [("SAR", -2.0), ("sqrtSAD", -0.1), ("log_odds", 1.5), ("SAD", 3e38)]
)
def test_measure__score_that_is_no_number_is_an_error(name, value):
    ref = Prediction(np.full((7, 2), 0.5, dtype=np.float32))
    bins = ref.bins.copy()
    bins[:, 1] = value
    with pytest.raises(DataError, match=rf"chrA:119:A>C: {name} is .* on track 1, .*it reads ") as caught:
        measure([name], [(ref, Prediction(bins))])
    assert caught.value.code == "E759"
