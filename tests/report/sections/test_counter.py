from senformer.report.figures import Drawing
from senformer.report.sections.counter import FigureCounter


def test_place__numbers_follow():
    counter = FigureCounter()
    drawing = Drawing("<svg/>", "a", "b")
    assert "Figure 1." in counter.place(drawing)
    assert "Figure 2." in counter.place(drawing)
