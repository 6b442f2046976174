"""What the report of a run and the pages of a score table both show of all effects."""

from typing import Any

import pandas as pd

from senformer.report import html
from senformer.report.figures import FIGURES, Drawing
from senformer.report.figures.effect_plane import Point
from senformer.report.figures.style import shorten

MOST_LETTERS = 44
"""Of a key in a table: that of a long insertion would push everything else aside."""


def plane_of(overview: dict[str, Any], cells: pd.DataFrame) -> Drawing:
    """Return the figure of all effects.

    Parameters
    ----------
    overview, cells
        ``overview.json`` and ``cells.parquet`` of the pages of a score table.
    """
    (scorer,) = (item for item in overview["scores"] if item["name"] == overview["rank_scorer"])
    points = [Point(**item) for item in overview["points"]]
    return FIGURES["effect_plane"](
        cells, overview["against"], scorer["name"], scorer["unit"], points, overview.get("effects")
    )


def link(item: dict[str, Any], folder: str = "") -> Any:
    """Return the key of a variant, cut where long; a link where ``folder`` (with its slash) has a page."""
    key = shorten(item["key"], MOST_LETTERS)
    if not item["page"]:
        return key
    return html.element("a", key, href=f"{folder}{item['page']}.html")
