import numpy as np
import pytest
from tests.oracles.genes import correlation

from senformer.evaluate.genes.correlate import pearson_rows, spearman_rows


@pytest.fixture(scope="module")
def tables():
    """Return 60 rows of 7 values, with gaps, ties, constants and empty rows."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 7)).round(1)
    y = x + rng.normal(size=x.shape).round(1)
    x[rng.random(x.shape) < 0.1] = np.nan
    y[rng.random(x.shape) < 0.1] = np.nan
    x[5], y[6], x[7], y[8, 2:] = 2.5, 0.1, np.nan, np.nan
    return x, y


@pytest.mark.parametrize(("function", "kind"), [(pearson_rows, "pearson"), (spearman_rows, "spearman")])
def test_rows__as_scipy_row_by_row(tables, function, kind, monkeypatch):
    monkeypatch.setattr("senformer.evaluate.genes.correlate._ROWS", 16)
    x, y = tables
    expected = [correlation(*row, kind) for row in zip(x, y, strict=True)]
    np.testing.assert_allclose(function(x, y), expected, atol=1e-12)
    assert np.flatnonzero(np.isnan(expected)).tolist()[:4] == [5, 6, 7, 8]


def test_pearson_rows__a_large_offset_costs_nothing(tables):
    x, y = tables
    np.testing.assert_allclose(pearson_rows(x + 1e7, y), pearson_rows(x, y), atol=1e-7)


def test_spearman_rows__no_gap_anywhere():
    x = np.array([[1.0, 2, 3, 9], [4, 4, 1, 0]])
    np.testing.assert_allclose(spearman_rows(x, x**3 + 1), [1, 1])


def test_rows__two_values_are_too_few():
    x = np.array([[1.0, 2.0, np.nan]])
    assert np.isnan(pearson_rows(x, x)).all()
    assert np.isnan(spearman_rows(x, x)).all()
