import warnings

import matplotlib as mpl
import numpy as np

from senformer.report.figures.style import (
    Drawing,
    drawing_style,
    new_figure,
    set_genome_axis,
    shorten,
    step_outline,
    to_svg,
    true_minus,
)


def draw(title):
    with drawing_style():
        figure = new_figure(2.0)
        axes = figure.subplots()
        axes.plot([1, 2], [3, 4])
        axes.set_title(title)
        return to_svg(figure)


def test_to_svg__equal_figures_equal_text():
    assert draw("a") == draw("a")
    assert "dc:date" not in draw("a")


def test_to_svg__dollar_signs_are_letters():
    assert "<svg" in draw("$\\frac{broken$")


def test_to_svg__unknown_letters_are_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw("染色体")


def test_drawing_style__settings_are_back_afterwards():
    before = mpl.rcParams["font.size"], mpl.rcParams["text.parse_math"]
    with drawing_style():
        assert not mpl.rcParams["text.parse_math"]
    assert (mpl.rcParams["font.size"], mpl.rcParams["text.parse_math"]) == before


def test_drawing__is_a_data_uri():
    assert Drawing("<svg/>", "", "").data_uri == "data:image/svg+xml;base64,PHN2Zy8+"


def test_shorten__one_line_and_a_mark_where_cut():
    assert shorten("a\nb  c") == "a b c"
    assert shorten("abcdef", 4) == "abc…"


def test_step_outline__two_corners_a_bin():
    x, y = step_outline(np.array([5.0, 7.0]), 100, 10)
    np.testing.assert_array_equal(x, [100, 110, 110, 120])
    np.testing.assert_array_equal(y, [5, 5, 7, 7])


def test_set_genome_axis__kilobases():
    with drawing_style():
        axes = new_figure(2.0).subplots()
        set_genome_axis(axes, "chr8", 100_000, 200_000)
        assert axes.get_xlabel() == "position on chr8 (kb)"
        assert axes.xaxis.get_major_formatter()(150_000, 0) == "150"


def test_true_minus__exponents_too():
    assert true_minus("-1.5e-07") == "−1.5e−07"
