"""What the figures share: colors, type, and the way to a self-contained image.

Colors are those of Okabe and Ito, which people with any color vision tell apart; every pair that is compared
also differs in fill, line or marker. Images have an opaque white ground, so that they read the same on a
dark page and on paper.
"""

import base64
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, GRAY = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#6B7280",
)
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
WIDTH_IN = 10.0
_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#374151",
    "axes.labelcolor": "#111827",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E5E7EB",
    "grid.linewidth": 0.7,
    "xtick.color": "#374151",
    "ytick.color": "#374151",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.linewidth": 1.4,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "senformer",  # else the identifiers inside differ from run to run
    "text.parse_math": False,  # a track may well be called $x$
    "axes.unicode_minus": True,
}


@dataclass(frozen=True)
class Drawing:
    """A finished figure.

    Attributes
    ----------
    svg
        The image.
    alt
        What is to be seen, for those who cannot see it.
    caption
        One sentence on how to read it.
    """

    svg: str
    alt: str
    caption: str

    @property
    def data_uri(self) -> str:
        """The image as the source of an ``img`` element."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()


@contextmanager
def drawing_style() -> Iterator[None]:
    """Apply the settings for the block; the caller's own are back afterwards."""
    with mpl.rc_context(), warnings.catch_warnings():
        # Names may be in any script; a letter that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcParams.update(_SETTINGS)
        yield


def new_figure(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """Return an empty figure that lays itself out; call inside :func:`drawing_style`."""
    return Figure(figsize=(width_in, height_in), layout="constrained")


def to_svg(figure: Figure) -> str:
    """Return ``figure`` as SVG; equal figures give equal text. Call inside :func:`drawing_style`."""
    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def shorten(text: str, width: int = 28) -> str:
    """Return ``text`` on one line of at most ``width`` letters, its end cut where it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def true_minus(number: str) -> str:
    """Return a printed number with the minus sign that figures have, instead of a hyphen."""
    return number.replace("-", "−")


def plain_number(value: float, _: object = None) -> str:
    """Return a tick of a logarithmic axis without the mathematical type that figures do without."""
    return true_minus(f"{value:g}")


def step_outline(values: np.ndarray, start: int, bin_bp: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of a histogram outline: x in bp, y the bins' values."""
    edges = start + bin_bp * np.arange(len(values) + 1)
    return np.repeat(edges, 2)[1:-1], np.repeat(values, 2)


def set_genome_axis(axes: Axes, chrom: str, start: int, end: int) -> None:
    """Label the x axis with positions in kb and the chromosome's name."""
    axes.set_xlim(start, end)
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:,.2f}".rstrip("0").rstrip("."))
    axes.set_xlabel(f"position on {shorten(chrom, 16)} (kb)")
