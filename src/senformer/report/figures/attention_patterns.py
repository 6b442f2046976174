"""Which blocks meet in a layer of each attention kind. Under ``attention_patterns`` in ``FIGURES``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int64
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch, Rectangle

from senformer.report.figures.style import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    Drawing,
    drawing_style,
    new_figure,
    to_svg,
)

APART, NEAR, GLOBAL, RANDOM = range(4)
_COLORS = ("#F3F4F6", BLUE, ORANGE, GREEN)
_BLACK, _COLUMNS = "#111827", 3


@dataclass(frozen=True)
class PatternPanel:
    """One matrix.

    Attributes
    ----------
    title
        Above it.
    meets
        Row a query block, column a key block: whether they meet.
    has_summary
        Whether they meet by way of a summary.
    named
        Where named bins lie, in blocks.
    learned_tokens
        How many there are.
    """

    title: str
    meets: Bool[np.ndarray, "block block"]
    has_summary: bool = False
    named: tuple[float, ...] = ()
    learned_tokens: int = 0


def block_roles(meets: Bool[np.ndarray, "block block"]) -> Int64[np.ndarray, "block block"]:
    """Return for each pair of blocks why it meets, told from the pattern alone.

    ``GLOBAL`` where the row or the column is full; ``NEAR`` where all pairs of that distance meet, and so
    do all nearer ones; ``RANDOM`` elsewhere; ``APART`` where the two do not meet.
    """
    n = len(meets)
    roles = np.where(meets, RANDOM, APART)
    reach = 0
    while reach < n and all(np.diagonal(meets, side).all() for side in (reach, -reach)):
        reach += 1
    near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) < reach
    roles[near] = NEAR
    roles[np.logical_or.outer(meets.all(axis=1), meets.all(axis=0))] = GLOBAL
    return roles


def attention_patterns(panels: Sequence[PatternPanel]) -> Drawing:
    """Draw which blocks meet in one layer, up to five kinds of attention side by side."""
    n_rows = -(-(len(panels) + 1) // _COLUMNS)
    with drawing_style():
        figure = new_figure(3.5 * n_rows)
        axes = figure.subplots(n_rows, _COLUMNS, squeeze=False).flat
        for place, panel in zip(axes, panels, strict=False):
            _draw(place, panel)
        for place in list(axes)[len(panels) :]:
            place.axis("off")
        _legend(axes[len(panels)])
        svg = to_svg(figure)
    return Drawing(svg, _alt(panels), _CAPTION)


def _draw(axes: Axes, panel: PatternPanel) -> None:
    n_blocks = len(panel.meets)
    axes.set_title(panel.title)
    axes.grid(visible=False)
    if panel.meets.all():
        text = "all, through\na summary" if panel.has_summary else "all"
        _draw_all(axes, n_blocks, text, panel.has_summary)
    else:
        roles = block_roles(panel.meets)
        axes.imshow(roles, cmap=ListedColormap(_COLORS), vmin=0, vmax=3, interpolation="none")
        rows, columns = np.nonzero(roles == RANDOM)
        axes.plot(columns, rows, "o", color="white", ms=2)
    for place in panel.named:
        axes.plot([place - 0.5] * 2, [-0.5, n_blocks - 0.5], color=PURPLE, lw=1.6)
        axes.plot([-0.5, n_blocks - 0.5], [place - 0.5] * 2, color=PURPLE, lw=1.6)
    if panel.learned_tokens:
        _draw_tokens(axes, n_blocks)
    edge = n_blocks - 0.5 + (2.0 if panel.learned_tokens else 0.0)
    axes.set(xlim=(-0.5, edge), ylim=(edge, -0.5), aspect="equal", xlabel="key block", ylabel="query block")
    ticks = [0, n_blocks // 2, n_blocks - 1]
    axes.set(xticks=ticks, yticks=ticks)


def _draw_all(axes: Axes, n_blocks: int, text: str, is_summary: bool) -> None:
    """Fill the whole square: one color where pairs meet, stripes where a summary stands between them."""
    axes.add_patch(
        Rectangle(
            (-0.5, -0.5),
            n_blocks,
            n_blocks,
            facecolor="white" if is_summary else SKY,
            edgecolor=SKY,
            hatch="//" if is_summary else None,
        )
    )
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9}
    axes.text(n_blocks / 2, n_blocks / 2, text, ha="center", va="center", bbox=box)


def _draw_tokens(axes: Axes, n_blocks: int) -> None:
    """Draw a strip behind the last block, at the right and below: tokens have no place in the window."""
    first, length = n_blocks + 0.5, n_blocks + 2.0
    axes.add_patch(Rectangle((first, -0.5), 1.0, length, facecolor=_BLACK))
    axes.add_patch(Rectangle((-0.5, first), length, 1.0, facecolor=_BLACK))


def _legend(axes: Axes) -> None:
    axes.axis("off")
    entries = [
        Patch(facecolor=BLUE, label="window: a block and its neighbors"),
        Patch(facecolor=ORANGE, label="global block: sees all, is seen by all"),
        Patch(facecolor=GREEN, label="random block (white dot)"),
        Patch(facecolor=PURPLE, label="named bin (a line: one bin)"),
        Patch(facecolor=_BLACK, label="learned tokens (no place)"),
        Patch(facecolor=SKY, label="every pair"),
        Patch(facecolor="white", edgecolor=SKY, hatch="//", label="every pair, by way of a summary"),
        Patch(facecolor=_COLORS[APART], label="apart in this layer"),
    ]
    axes.legend(handles=entries, loc="center left", borderaxespad=0)


_CAPTION = (
    "A row is a block of queries, a column a block of keys; a colored square means that every bin of the one "
    "sees every bin of the other in this layer. The other layers have random blocks of their own."
)


def _alt(panels: Sequence[PatternPanel]) -> str:
    return "; ".join(f"{panel.title}: {_describe(panel.meets)}" for panel in panels) + "."


def _describe(meets: Bool[np.ndarray, "block block"]) -> str:
    if meets.all():
        return "the whole square"
    share = f"{meets.mean():.0%} of the pairs of blocks"
    keys = np.flatnonzero((block_roles(meets) == RANDOM).any(axis=0))
    return f"{share}, random keys in blocks {keys[0]} to {keys[-1]}" if len(keys) else share
