"""The variants with the largest predicted effects."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import ScoreFiles
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.effects import link, plane_of

N_DRAWN = 4
N_MEASURES = 4
_DIGITS = {"SAR": 3}  # significant ones, 4 of any other score


def variants_section(
    scores: ScoreFiles | None, counter: FigureCounter, home: Path | None = None
) -> html.Html:
    """Return the section on variant effects; pages of variants are linked from a page in ``home``."""
    title = "Variant effects"
    if scores is None:
        text = "No variant scores were given: run senformer score, then this report again."
        return html.section("variants", title, html.paragraph(text))
    n_top = len(scores.top["key"])
    ranking = str(scores.top.get("rank_scorer", "SAR"))
    parts = [html.paragraph(counts_sentence(scores.record["counts"]))]
    parts.append(html.paragraph(reading_sentence(_measures(scores), ranking)))
    parts += _overview(scores, counter, home or Path())
    if n_top:
        parts.append(_top_table(scores))
    for row in range(min(n_top, N_DRAWN)):
        parts.append(html.element("h3", str(scores.top["key"][row])))
        parts.append(counter.place(FIGURES["variant_effect"](scores.top, row)))
    return html.section("variants", title, *parts)


def _overview(scores: ScoreFiles, counter: FigureCounter, home: Path) -> list[html.Html]:
    """Return the figure of all effects, and links to the pages of the table, where it has pages."""
    if scores.pages is None or scores.overview is None or scores.cells is None:
        return []
    folder = quote(Path(os.path.relpath(scores.pages, home)).as_posix()) + "/"
    with_page = [item for item in scores.overview["top"] if item["page"]]
    links = [html.element("a", "all variants", href=f"{folder}index.html")]
    links += [link(item, folder) for item in with_page]
    drawn = [] if scores.cells.empty else [counter.place(plane_of(scores.overview, scores.cells))]
    return [*drawn, html.paragraph("Pages: ", html.join(links, " · "))]


def reading_sentence(measures: Sequence[dict], ranking: str) -> str:
    """Return what scores are, by their definitions, and which of them ranks."""
    told = [f"{item['name']} is {item['formula']} ({item['unit']})" for item in measures]
    text = "; ".join(told) + ". "
    if any(item["is_signed"] for item in measures):
        text += "Above 0 the alternate allele raises the signal, below 0 it lowers it. "
    return f"{text}Variants are ranked by the largest absolute {ranking} over tracks."


def _measures(scores: ScoreFiles) -> list[dict]:
    """Return the definitions of the scores that are shown, as the run record tells them."""
    there = [item for item in scores.record.get("scores", []) if item["name"] in scores.rows.columns]
    return there[:N_MEASURES]


def counts_sentence(counts: dict) -> str:
    """Return what became of the records."""
    verb = "was" if counts["n_records"] == 1 else "were"
    records = counted(counts["n_records"], "record")
    if counts.get("n_alleles", counts["n_records"]) != counts["n_records"]:
        records += f" with {counted(counts['n_alleles'], 'allele')}"
    text = f"{records} {verb} read, {counts['n_scored']:,} scored"
    skipped = ", ".join(f"{count:,} {reason}" for reason, count in counts["skipped"].items())
    text += f", skipped: {skipped}." if skipped else ", none skipped."
    if counts.get("n_padded"):
        text += (
            f" The windows of {counts['n_padded']:,} reach beyond a chromosome end and were padded with N."
        )
    return text


def _top_table(scores: ScoreFiles) -> html.Html:
    measures = [item["name"] for item in _measures(scores)]
    ranking = str(scores.top.get("rank_scorer", ""))
    by = ranking if ranking in measures else next(iter(measures), None)
    rows = []
    for place, key in enumerate(scores.top["key"], 1):
        mine = scores.rows[scores.rows["key"] == key]
        mine = mine.dropna(subset=by) if by else mine
        if by is None or mine.empty:
            continue
        best = mine.loc[mine[by].abs().idxmax()]
        values = [html.signed(float(best[name]), _DIGITS.get(name, 4)) for name in measures]
        rows.append(
            (
                place,
                key,
                _identifier(best, str(key)),
                best["assay"],
                best["track_name"],
                *values,
                int(best["padded_bp"]),
            )
        )
    head = ("rank", "variant", "ID", "assay", "most changed track", *measures, "padded bp")
    return html.table(head, rows, "The largest effects; scores are those of the most changed track.")


def _identifier(row: pd.Series, key: str) -> str:
    return "–" if row["variant_id"] == key else str(row["variant_id"])
