import numpy as np
import pytest
from tests.oracles.genes import quantile_normalize as plain_quantiles
from tests.oracles.genes import zscore

from senformer.evaluate.genes.normalize import quantile_normalize, specific, standardize


@pytest.fixture
def table():
    """Return 11 genes of 4 tracks."""
    return np.random.default_rng(8).gamma(1.0, 3.0, (11, 4))


def test_standardize__as_pandas(table):
    table[3, 1] = np.nan
    np.testing.assert_allclose(standardize(table), zscore(table), atol=1e-12)


def test_standardize__a_constant_track_has_no_values(table):
    table[:, 2] = 0.1
    assert np.isnan(standardize(table)[:, 2]).all()


def test_quantile_normalize__as_the_textbook(table):
    np.testing.assert_allclose(quantile_normalize(table), plain_quantiles(table), atol=1e-12)


def test_quantile_normalize__ties_share_the_value_of_their_mean_rank():
    # Means of the sorted columns: 1.5, 2, 4; the two ones stand at rank 1.5 of column 0.
    found = quantile_normalize(np.array([[1.0, 2.0], [1.0, 3.0], [5.0, 3.0]]))
    np.testing.assert_allclose(found, [[1.75, 1.5], [1.75, 3.0], [4.0, 3.0]])


def test_quantile_normalize__gaps_stay_and_ends_are_the_reference_ends(table):
    whole = table.copy()
    table[[2, 5], 1] = np.nan
    found = quantile_normalize(table)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(table))
    known = ~np.isnan(table[:, 1])
    assert found[known, 1].max() == pytest.approx(found[:, 0].max())
    assert found[known, 1].min() == pytest.approx(found[:, 0].min())
    assert (np.argsort(found[known, 1]) == np.argsort(whole[known, 1])).all()


def test_quantile_normalize__a_track_of_one_value_and_one_of_none():
    found = quantile_normalize(np.array([[1.0, np.nan, np.nan], [3.0, 7.0, np.nan]]))
    # The lone 7 is every quantile of its track: reference (1 + 7) / 2, (3 + 7) / 2, and 7 lies in the middle.
    np.testing.assert_allclose(found, [[4.0, np.nan, np.nan], [5.0, 4.5, np.nan]])


def test_specific__within_a_class_and_less_the_mean_of_the_gene(table):
    table[4, 0] = np.nan
    found = specific(table, ["CAGE", "ATAC", "CAGE", "CAGE"])
    expected = quantile_normalize(table[:, [0, 2, 3]])
    expected -= np.nanmean(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(found[:, [0, 2, 3]], expected, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], 0, atol=1e-12)


def test_specific__what_all_tracks_share_is_gone(table):
    shared = table[:, :1] + np.zeros((1, 4))
    np.testing.assert_allclose(specific(shared, ["CAGE"] * 4), 0, atol=1e-12)


def test_specific__tracks_predicted_alike_differ_by_nothing():
    alike = np.repeat(np.random.default_rng(3).random((40, 1)) * 7, 5, axis=1)
    np.testing.assert_array_equal(specific(alike, ["CAGE"] * 5), np.zeros((40, 5)))
