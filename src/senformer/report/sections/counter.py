"""Numbers the figures of one page."""

from senformer.report import html
from senformer.report.figures import Drawing


class FigureCounter:
    """Hands out figure numbers in the order of the page."""

    def __init__(self) -> None:
        self.n_figures = 0

    def place(self, drawing: Drawing) -> html.Html:
        """Return ``drawing`` with the next number."""
        self.n_figures += 1
        return html.figure(drawing, self.n_figures)
