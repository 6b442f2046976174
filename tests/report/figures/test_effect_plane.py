import numpy as np
import pandas as pd
import pytest

from senformer.report.figures.effect_plane import Point, dense_cells, effect_plane, linear_width


@pytest.fixture
def cells():
    """Cells of 5, 7 and 2 scores, the last one beyond all heights; and one of 1 at 0."""
    return pd.DataFrame(
        {
            "effect_from": [-0.4, 0.1, 0.2, -0.001],
            "effect_to": [-0.2, 0.2, 0.4, 0.001],
            "height_from": [0.5, 1.0, 6.0, 0.0],
            "height_to": [0.55, 1.05, np.inf, 0.05],
            "n": [5, 7, 2, 1],
        }
    )


def test_dense_cells__counts_stand_where_their_bounds_say(cells):
    across, up, counts = dense_cells(cells, 1.05)
    assert counts.sum() == 15
    np.testing.assert_allclose(across, [-0.4, -0.2, -0.001, 0.001, 0.1, 0.2, 0.4])
    column = {round(edge, 3): number for number, edge in enumerate(across)}
    row = np.searchsorted(up, [0.5 + 1e-9, 1.0 + 1e-9, 0.0 + 1e-9]) - 1
    assert counts[row[0], column[-0.4]] == 5
    assert counts[row[1], column[0.1]] == 7
    assert counts[row[2], column[-0.001]] == 1
    assert counts[-1, column[0.2]] == 2
    assert up[-1] > 1.05


def test_effect_plane__cells_are_an_image_and_the_text_counts(cells):
    points = [Point(0.3, 6.05), Point(-0.3, 0.5)]
    drawing = effect_plane(cells, "percentile", "SAR", "log2 ratio", points, (-0.31, 0.29))
    assert drawing.alt == "15 scores (SAR): 9 above 0, 5 below, from −0.31 to 0.29."
    assert drawing.svg.count("<image") >= 1
    assert len(drawing.svg) < 200_000
    assert "none has" in drawing.caption
    assert drawing.svg == effect_plane(cells, "percentile", "SAR", "log2 ratio", points).svg


@pytest.mark.parametrize("kind", ["reference", "nothing"])
def test_effect_plane__says_that_no_background_is_there(cells, kind):
    assert "Without a background" in effect_plane(cells, kind, "SAR", "log2 ratio").caption


def test_linear_width__near_the_median_and_not_too_small(cells):
    assert linear_width(cells) == 0.1
    tiny = pd.DataFrame(
        {"effect_from": [1e-7, 10.0], "effect_to": [2e-7, 20.0], "height_from": 0, "n": [9, 1]}
    )
    assert linear_width(tiny) == pytest.approx(1e-4)
