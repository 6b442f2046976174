import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from senformer.report.figures.allele_logos import allele_logos, draw_letter, ticks, value_limits

SEQUENCE = {
    "method": "gradient",
    "what": "predicted CAGE · k562, summed over all bins",
    "chrom": "chr1",
    "positions": [9, 10, None, 11],
    "first": 1,
    "last": 2,
    "ref": {"bases": "AC-N", "values": [0.5, -1.0, None, 0.0]},
    "alt": {"bases": "ACGN", "values": [0.5, -1.0, 2.0, 0.0]},
}


def test_draw_letter__reaches_from_the_line_to_its_value():
    axes = Figure().add_subplot()
    draw_letter(axes, "A", 3, 1.5)
    draw_letter(axes, "T", 4, -0.5)
    upper, lower = (patch.get_path().get_extents() for patch in axes.patches)
    assert (upper.y0, upper.y1) == pytest.approx((0, 1.5))
    assert (lower.y0, lower.y1) == pytest.approx((-0.5, 0))
    assert (upper.x0 + upper.x1) / 2 == pytest.approx(3)
    assert lower.width <= 0.9 + 1e-9


def test_draw_letter__nothing_for_gaps_and_zeros():
    axes = Figure().add_subplot()
    for base, value in (("-", None), ("A", 0.0), ("N", None)):
        draw_letter(axes, base, 0, value)
    assert not [patch for patch in axes.patches if isinstance(patch, PathPatch)]


def test_allele_logos__letters_are_paths_and_the_largest_are_told():
    drawing = allele_logos(SEQUENCE)
    assert "<image" not in drawing.svg
    assert "in REF C at 10 contributes most (−1)" in drawing.alt
    assert "in ALT G in what is inserted contributes most (+2)" in drawing.alt
    assert drawing.caption.startswith("Gradient times input: how the prediction answers")


def test_allele_logos__say_how_contributions_were_found():
    drawing = allele_logos(SEQUENCE | {"method": "ism"})
    assert drawing.caption.startswith("In-silico mutagenesis: by how much the prediction falls when")
    assert "gradient" not in drawing.caption


def test_value_limits__hold_all_and_zero():
    low, high = value_limits([0.5, None, 2.0])
    assert low < 0 < 2.0 < high
    assert value_limits([None]) == (-1, 1)


def test_ticks__multiples_of_ten_or_the_ends():
    assert ticks([9, 10, None, 11]) == [1]
    assert ticks([7, None, 8]) == [0, 2]
    assert ticks([None]) == []
