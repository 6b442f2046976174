"""The variants with the largest predicted effects."""

import pandas as pd

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import ScoreFiles
from senformer.report.sections.counter import FigureCounter

N_DRAWN = 4
N_MEASURES = 4
_DIGITS = {"SAR": 3}  # significant ones, 4 of any other score


def variants_section(scores: ScoreFiles | None, counter: FigureCounter) -> html.Html:
    """Return the section on variant effects."""
    title = "Variant effects"
    if scores is None:
        text = "No variant scores were given: run senformer score, then this report again."
        return html.section("variants", title, html.paragraph(text))
    n_top = len(scores.top["key"])
    parts = [html.paragraph(_sentence(scores.record["counts"])), html.paragraph(_reading(scores))]
    if n_top:
        parts.append(_top_table(scores))
    for row in range(min(n_top, N_DRAWN)):
        parts.append(html.element("h3", str(scores.top["key"][row])))
        parts.append(counter.place(FIGURES["variant_effect"](scores.top, row)))
    return html.section("variants", title, *parts)


def _reading(scores: ScoreFiles) -> str:
    measures = _measures(scores)
    told = [f"{item['name']} is {item['formula']} ({item['unit']})" for item in measures]
    text = "; ".join(told) + ". "
    if any(item["is_signed"] for item in measures):
        text += "Above 0 the alternate allele raises the signal, below 0 it lowers it. "
    rank_scorer = str(scores.top.get("rank_scorer", "SAR"))
    return f"{text}Variants are ranked by the largest absolute {rank_scorer} over tracks."


def _measures(scores: ScoreFiles) -> list[dict]:
    """Return the definitions of the scores that are shown, as the run record tells them."""
    there = [item for item in scores.record.get("scores", []) if item["name"] in scores.rows.columns]
    return there[:N_MEASURES]


def _sentence(counts: dict) -> str:
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
