import numpy as np

from senformer.report.figures.path_lengths import PathPanel, path_lengths


def test_path_lengths__describes_what_it_shows():
    panels = [
        PathPanel("all", np.ones((4, 4), dtype=np.int16)),
        PathPanel("some", np.array([[1, 2], [-1, 1]], dtype=np.int16), first_block=1),
    ]
    drawing = path_lengths(panels, 8192, "Said here.")
    assert drawing.alt == "all: at most 1 layer; some: at most 2 layers, 25% of the pairs never."
    assert drawing.caption == "Said here."
    assert drawing.svg == path_lengths(panels, 8192, "Said here.").svg
