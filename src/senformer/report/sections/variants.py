"""The variants with the largest predicted effects."""

import pandas as pd

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.inputs import ScoreFiles
from senformer.report.sections.counter import FigureCounter

N_DRAWN = 4
_DIGITS = {"SAR": 3, "SAD": 4}  # significant ones


def variants_section(scores: ScoreFiles | None, counter: FigureCounter) -> html.Html:
    """Return the section on variant effects."""
    title = "Variant effects"
    if scores is None:
        text = "No variant scores were given: run senformer score, then this report again."
        return html.section("variants", title, html.paragraph(text))
    n_top = len(scores.top["key"])
    parts = [html.paragraph(_sentence(scores.record["counts"])), html.paragraph(_READING)]
    if n_top:
        parts.append(_top_table(scores))
    for row in range(min(n_top, N_DRAWN)):
        parts.append(html.element("h3", str(scores.top["key"][row])))
        parts.append(counter.place(FIGURES["variant_effect"](scores.top, row)))
    return html.section("variants", title, *parts)


_READING = (
    "SAD is the sum over bins of ALT minus REF, in units of the track; SAR is log2(1 + sum of ALT) minus "
    "log2(1 + sum of REF). Above 0 the alternate allele raises the signal, below 0 it lowers it. Variants "
    "are ranked by the largest absolute SAR over tracks."
)


def _sentence(counts: dict) -> str:
    verb = "was" if counts["n_records"] == 1 else "were"
    text = f"{counted(counts['n_records'], 'record')} {verb} read, {counts['n_scored']:,} scored"
    skipped = ", ".join(f"{count:,} {reason}" for reason, count in counts["skipped"].items())
    text += f", skipped: {skipped}." if skipped else ", none skipped."
    if counts.get("n_padded"):
        text += (
            f" The windows of {counts['n_padded']:,} reach beyond a chromosome end and were padded with N."
        )
    return text


def _top_table(scores: ScoreFiles) -> html.Html:
    measures = [name for name in _DIGITS if name in scores.rows.columns]
    by = measures[0] if measures else None
    rows = []
    for place, key in enumerate(scores.top["key"], 1):
        mine = scores.rows[scores.rows["key"] == key]
        if by is None or mine.empty:
            continue
        best = mine.loc[mine[by].abs().idxmax()]
        values = [html.signed(float(best[name]), _DIGITS[name]) for name in measures]
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
