import numpy as np
import pandas as pd
import pytest

from senformer.report.scores.table import ScoredRows
from senformer.report.scores.tally import (
    N_UP,
    STEP,
    Against,
    Tally,
    choose_against,
    plane_edges,
    size_cells,
    size_edges,
    size_quantiles,
)


def rows_of(scores, **more):
    keys = [f"v{row}" for row in range(len(scores))]
    values = {"SAR": scores.astype(np.float32), **more}
    return ScoredRows({"key": keys}, values)


def test_size_cells__hold_their_sizes():
    rng = np.random.default_rng(1)
    sizes = np.exp(rng.uniform(np.log(1e-7), np.log(1e6), (40, 5))).astype(np.float32)
    cells, edges = size_cells(-sizes), size_edges()
    assert (edges[cells] <= sizes).all()
    assert (sizes < edges[cells + 1]).all()
    assert (np.diff(edges)[1:] / edges[1:-1] <= 1 / 16 + 1e-9).all()
    assert size_cells(np.array([[0.0, 1e-9]], np.float32)).tolist() == [[0, 0]]


def test_tally__equals_counting_everything_at_once():
    rng = np.random.default_rng(2)
    scores = rng.standard_normal((300, 3)).astype(np.float32) * np.array([1, 20, 0.003], np.float32)
    scores[5, 1] = np.nan
    percentile = rng.uniform(0, 100, scores.shape)
    percentile[7] = 100
    tally = Tally(3, "SAR", Against("percentile", ("SAR_percentile",)))
    for part in (slice(0, 100), slice(100, 101), slice(101, 300)):
        block = rows_of(scores[part], SAR_percentile=percentile[part])
        block.facts["key"] = [f"v{row}" for row in range(300)][part]
        tally.add(block)
    assert tally.n_scores.tolist() == [300, 299, 300]
    assert tally.n_above.tolist() == (scores > 0).sum(axis=0).tolist()
    assert (tally.lowest, tally.highest) == (np.nanmin(scores), np.nanmax(scores))
    largest = np.nanargmax(np.abs(scores), axis=0)
    np.testing.assert_array_equal(tally.largest, scores[largest, range(3)])
    assert tally.largest_key == [f"v{row}" for row in largest]
    for share in (0.5, 0.99):
        found = size_quantiles(tally.sizes, share)
        true = [
            np.quantile(np.abs(c[np.isfinite(c)]), share, method="inverted_cdf")
            for c in scores.T.astype(float)
        ]
        np.testing.assert_allclose(found, true, rtol=1 / 31)
    # Each score is in the cell of the plane whose bounds hold it.
    edges = plane_edges()
    height = -np.log10(1 - percentile[0, 2] / 100)
    column = np.searchsorted(edges, scores[0, 2], side="right") - 1
    assert tally.plane[column, int(height / STEP)] >= 1
    assert tally.plane[:, N_UP - 1].sum() == 3
    cells = tally.cells()
    assert cells["n"].sum() == 899
    assert np.isinf(cells["height_to"]).sum() == (tally.plane[:, N_UP - 1] > 0).sum()
    above = cells[cells["effect_from"] > 0]["n"].sum()
    assert above == np.nansum(scores > edges[len(edges) // 2])


def test_against__the_reference_follows_from_sad_and_sar():
    ref, alt = np.array([[3.0, 0.5, 900.0]]), np.array([[4.0, 0.1, 900.01]])
    values = {"SAD": (alt - ref).astype(np.float32), "SAR": np.log2((1 + alt) / (1 + ref)).astype(np.float32)}
    found = Against("reference", ("SAD", "SAR")).heights(values)
    np.testing.assert_allclose(10**found - 1, ref, rtol=1e-5)
    none = Against("reference", ("SAD", "SAR")).heights({"SAD": np.zeros((1, 1)), "SAR": np.zeros((1, 1))})
    assert np.isnan(none).all()


def test_against__percentile_100_is_beyond_all():
    found = Against("percentile", ("p",)).heights({"p": np.array([[0.0, 90, 99, 100]], np.float32)})
    np.testing.assert_allclose(found, [[0, 1, 2, np.inf]], rtol=1e-5)


@pytest.mark.parametrize(
    ("scorer", "names", "kind"),
    [
        ("SAR", ["SAD", "SAR", "SAR_percentile"], "percentile"),
        ("SAR", ["SAD", "SAR"], "reference"),
        ("SAR@501", ["SAD@501", "SAR@501"], "reference"),
        ("SAR@501", ["SAD", "SAR@501"], "nothing"),
        ("SAR", ["SAD", "SAD_sd", "SAR", "SAR_sd"], "nothing"),
        ("D2", ["D2"], "nothing"),
    ],
)
def test_choose_against__what_is_known(scorer, names, kind):
    assert choose_against(scorer, names).kind == kind


def test_by_track__a_track_without_scores_has_no_quantile():
    tally = Tally(2, "SAR", Against("nothing", ()))
    tally.add(rows_of(np.array([[1.0, np.nan], [-3.0, np.nan]])))
    found = tally.by_track(pd.DataFrame({"track_name": ["a", "b"]}))
    assert found["n_scored"].tolist() == [2, 0]
    assert found["share_above"].tolist()[0] == 0.5
    assert found["largest"].tolist() == [-3, 0]
    assert found["largest_key"].tolist() == ["v1", ""]
    assert np.isnan(found["median_size"][1])
