"""After how many layers any two blocks are joined. Under ``path_lengths`` in ``FIGURES``."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from jaxtyping import Int16
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from senformer.report.figures.style import Drawing, drawing_style, new_figure, to_svg

_NEVER_COLOR = "#E5E7EB"
_COLUMNS = 3


@dataclass(frozen=True)
class PathPanel:
    """One matrix.

    Attributes
    ----------
    title
        Above it.
    layers
        Row the block that is influenced, column the one that influences: after how many layers; negative
        where never.
    first_block
        Number of the matrix's first block in the window.
    """

    title: str
    layers: Int16[np.ndarray, "block block"]
    first_block: int = 0


def path_lengths(panels: Sequence[PathPanel], block_bp: int, caption: str) -> Drawing:
    """Draw the path lengths between blocks, a matrix for each kind of attention.

    Parameters
    ----------
    panels
        The matrices, in reading order; the scale takes the first place of the last row.
    block_bp
        Bases a block.
    caption
        One sentence on what is compared.
    """
    most = max(2, *(int(panel.layers.max()) for panel in panels))
    n_rows = -(-(len(panels) + 1) // _COLUMNS)
    with drawing_style():
        figure = new_figure(3.5 * n_rows)
        axes = list(figure.subplots(n_rows, _COLUMNS, squeeze=False).flat)
        colors = ListedColormap([_NEVER_COLOR, *mpl.colormaps["viridis_r"](np.linspace(0, 1, most))])
        scale = BoundaryNorm(np.arange(-0.5, most + 1), colors.N)
        _draw_scale(figure, axes.pop((n_rows - 1) * _COLUMNS), colors, scale)
        for place, panel in zip(axes, panels, strict=False):
            _draw(place, panel, block_bp / 1000, colors, scale)
        for place in axes[len(panels) :]:
            place.axis("off")
        svg = to_svg(figure)
    return Drawing(svg, _alt(panels), caption)


def _draw(axes: Axes, panel: PathPanel, block_kb: float, colors: ListedColormap, scale: BoundaryNorm) -> None:
    low, high = (block * block_kb for block in (panel.first_block, panel.first_block + len(panel.layers)))
    shown = np.maximum(panel.layers, 0)
    axes.imshow(shown, cmap=colors, norm=scale, extent=(low, high, high, low), interpolation="none")
    axes.set_title(panel.title)
    axes.grid(visible=False)
    axes.set(xlabel="influences, from (kb)", ylabel="is influenced, at (kb)")


def _draw_scale(figure: Figure, axes: Axes, colors: ListedColormap, scale: BoundaryNorm) -> None:
    axes.axis("off")
    bar = figure.colorbar(mpl.cm.ScalarMappable(scale, colors), cax=axes.inset_axes((0.4, 0.05, 0.12, 0.85)))
    bar.set_ticks(range(colors.N), labels=["never", *map(str, range(1, colors.N))])
    bar.ax.set_title("layers", fontsize=10)


def _alt(panels: Sequence[PathPanel]) -> str:
    return "; ".join(f"{panel.title}: {_describe(panel.layers)}" for panel in panels) + "."


def _describe(layers: Int16[np.ndarray, "block block"]) -> str:
    most = int(layers.max())
    never = float((layers < 0).mean())
    text = f"at most {most} layer{'s' if most > 1 else ''}"
    return f"{text}, {never:.0%} of the pairs never" if never else text
