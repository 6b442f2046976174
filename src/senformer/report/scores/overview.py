"""The page about a whole score table."""

from typing import Any

import numpy as np
import pandas as pd

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.figures.style import shorten
from senformer.report.page import contents, document
from senformer.report.scores.background import background_note
from senformer.report.scores.names import remarks
from senformer.report.scores.survey import Survey
from senformer.report.scores.table import UNKNOWN_TRACK, ScoredRows, ScoreTable
from senformer.report.scores.tally import N_UP, STEP
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.effects import MOST_LETTERS, link, plane_of
from senformer.report.sections.variants import counts_sentence, reading_sentence
from senformer.variants.table import BESIDE, PERCENTILE, SPREAD, beside_name

N_LISTED = 100
N_TRACKS = 100
_N_POINTS = 6
_CONTENTS = (
    ("effects", "All effects"),
    ("largest", "Largest effects"),
    ("tracks", "Tracks"),
    ("records", "Records"),
    ("run", "What was run"),
)


def describe_overview(table: ScoreTable, found: Survey, pages: dict[str, str]) -> dict[str, Any]:
    """Return what the page tells beside the counts, as plain values.

    Parameters
    ----------
    table, found
        The table, and what was read off it.
    pages
        Names of the pages of single variants, by key.
    """
    record = table.record
    top = [_largest(rows, table, pages) for rows in found.top[:N_LISTED]]
    named = [_largest(rows, table, pages) for rows in found.named]
    against = found.tally.against
    points = []
    for rows in found.top[:_N_POINTS]:
        height = against.heights(rows.values)
        row, track = _where(rows, table.rank_scorer)
        if height is None or np.isnan(height[row, track]):
            break  # numbers are ranks
        effect = float(rows.values[table.rank_scorer][row, track])
        points.append({"effect": effect, "height": min(float(height[row, track]), N_UP * STEP)})
    return {
        "format": 1,
        "table": table.path.name,
        "counts": record["counts"],
        "scores": record["scores"],
        "background": record.get("background"),
        "rank_scorer": table.rank_scorer,
        "against": against.kind,
        "n_tracks": len(table.tracks),
        "top": top,
        "named": named,
        "points": points,
        "effects": [found.tally.lowest, found.tally.highest] if found.tally.n_scores.any() else None,
        "run": {
            name: record.get(name) for name in ("command_line", "started", "inputs", "config", "versions")
        },
    }


def _where(rows: ScoredRows, scorer: str) -> tuple[int, int]:
    sizes = np.nan_to_num(np.abs(rows.values[scorer]), nan=-1.0)
    row, track = np.unravel_index(int(sizes.argmax()), sizes.shape)
    return int(row), int(track)


def _largest(rows: ScoredRows, table: ScoreTable, pages: dict[str, str]) -> dict[str, Any]:
    """Return a variant with its scores on the track where it is largest.

    A score that reads genes, where the one that ranks does not, is that of the gene where it is largest.
    """
    row, track = _where(rows, table.rank_scorer)
    facts = {name: items[row] for name, items in rows.facts.items()}
    genes = [str(name or "") for name in rows.facts.get("gene_name") or [""] * len(rows)]
    values: dict[str, float] = {}
    gene = genes[row]
    for name in (item["name"] for item in table.scorers):
        scores = rows.values[name][:, track]
        there = row if not np.isnan(scores[row]) else int(np.nan_to_num(np.abs(scores), nan=-1.0).argmax())
        gene = gene or genes[there]
        names = [name, *(beside_name(name, what) for what in BESIDE)]
        values |= {each: float(rows.values[each][there, track]) for each in names if each in rows.values}
    of_track = table.tracks.iloc[track]
    return {
        "key": facts["key"],
        "variant_id": facts["variant_id"],
        "gene": gene,
        "assay": str(of_track["assay"]),
        "track": str(of_track["track_name"]),
        "values": values,
        "remarks": remarks(facts),
        "page": pages.get(facts["key"]),
    }


def render_overview(overview: dict[str, Any], tracks: pd.DataFrame, cells: pd.DataFrame) -> str:
    """Return the page as text.

    Parameters
    ----------
    overview
        As :func:`describe_overview` gives it.
    tracks, cells
        As :class:`senformer.report.scores.tally.Tally` gives them.
    """
    title = f"Variant effects in {overview['table']}"
    parts = [
        html.element(
            "header", html.element("h1", title), html.paragraph(counts_sentence(overview["counts"]))
        ),
        html.tiles(_tiles(overview)),
        contents(_CONTENTS),
        html.section("effects", "All effects", *_effects(overview, cells)),
        html.section("largest", "Largest effects", *_largest_section(overview)),
        html.section("tracks", "Tracks", *_tracks(overview, tracks)),
        html.section("records", "Records", _records(overview["counts"])),
        html.section("run", "What was run", *_run(overview["run"])),
    ]
    return document(f"{title}: senformer", html.element("main", html.join(parts)))


def _tiles(overview: dict[str, Any]) -> list[tuple[str, str, str]]:
    counts = overview["counts"]
    n_alleles = counts.get("n_alleles", counts["n_records"])
    items = [
        (f"{counts['n_scored']:,}", "variants scored", f"of {counted(n_alleles, 'ALT allele')}"),
        (f"{overview['n_tracks']:,}", "tracks", f"ranked by {overview['rank_scorer']}"),
    ]
    if overview["top"]:
        first = overview["top"][0]
        value = html.signed(first["values"][overview["rank_scorer"]], 3)
        items.append(
            (
                value,
                f"largest {overview['rank_scorer']}",
                f"{shorten(first['key'], MOST_LETTERS)} on {first['track']}",
            )
        )
    return items


def _effects(overview: dict[str, Any], cells: pd.DataFrame) -> list[html.Html]:
    if cells.empty:
        return [html.paragraph("No score can be drawn.")]
    return [
        html.paragraph(reading_sentence(overview["scores"], overview["rank_scorer"])),
        *background_note(overview["background"]),
        FigureCounter().place(plane_of(overview, cells)),
    ]


def _largest_section(overview: dict[str, Any]) -> list[html.Html]:
    parts = [largest_table(overview["top"], overview)]
    if overview["named"]:
        parts += [
            html.element("h3", "Variants that were asked for"),
            largest_table(overview["named"], overview),
        ]
    return parts


def largest_table(items: list[dict[str, Any]], overview: dict[str, Any]) -> html.Html:
    """Return the table of variants, each with its scores on its most changed track."""
    names = list(items[0]["values"]) if items else []
    has_gene = any(item["gene"] for item in items)
    rows = []
    for place, item in enumerate(items, 1):
        gene = [item["gene"] or "–"] if has_gene else []
        name = "–" if item["variant_id"] == item["key"] else item["variant_id"]
        values = [show_value(each, item["values"][each]) for each in names]
        of_track = (item["assay"] or "–", item["track"])
        rows.append([place, link(item), name, *gene, *of_track, *values, "; ".join(item["remarks"]) or "–"])
    gene_head = ["gene"] if has_gene else []
    head = ["rank", "variant", "ID", *gene_head, "assay", "track", *map(column_title, names), "remarks"]
    text = f"By the largest absolute {overview['rank_scorer']} over tracks; scores are those of that track."
    return html.table(head, rows, text)


def show_value(name: str, value: float | None) -> str:
    """Return a score, a spread or a percentile as it is printed."""
    if name.endswith(f"_{PERCENTILE}"):
        return html.number(value, 2)
    return html.significant(value, 3) if name.endswith(f"_{SPREAD}") else html.signed(value, 3)


def column_title(name: str) -> str:
    """Return the title of a column of scores, or of what stands beside them."""
    for end, words in ((f"_{SPREAD}", " (sd)"), (f"_{PERCENTILE}", " percentile")):
        if name.endswith(end):
            return name.removesuffix(end) + words
    return name


def _tracks(overview: dict[str, Any], tracks: pd.DataFrame) -> list[html.Html]:
    pages = {item["key"]: item for item in [*overview["top"], *overview["named"]]}
    shown = tracks.assign(size=tracks["largest"].abs()).sort_values("size", ascending=False, kind="stable")
    rows = []
    for item in shown.head(N_TRACKS).to_dict("records"):
        key = item["largest_key"]
        there = link(pages.get(key, {"key": key, "page": None})) if key else "–"
        rows.append(
            (
                "–" if item["track_index"] == UNKNOWN_TRACK else int(item["track_index"]),
                item["track_name"],
                item["assay"] or "–",
                f"{item['n_scored']:,}",
                html.number(100 * item["share_above"], 0),
                html.significant(item["median_size"], 2),
                html.significant(item["size_99"], 2),
                html.signed(item["largest"], 3),
                there,
            )
        )
    scorer = overview["rank_scorer"]
    head = ("track", "name", "assay", "scores", "% above 0", "median size", "99 % size", "largest", "of")
    text = f"{scorer} on each track; size is the absolute value, its quantiles within 3 %."
    more = ""
    if len(tracks) > N_TRACKS:
        more = f"The {N_TRACKS} tracks with the largest effects of {len(tracks):,}; tracks.parquet has all."
    return [*([html.paragraph(more)] if more else []), html.table(head, rows, text)]


def _records(counts: dict[str, Any]) -> html.Html:
    rows = [("scored", f"{counts['n_scored']:,}")]
    rows += [(f"skipped: {reason}", f"{count:,}") for reason, count in counts["skipped"].items()]
    rows.append(("all", f"{counts['n_scored'] + sum(counts['skipped'].values()):,}"))
    return html.table(("what became of it", "ALT alleles"), rows)


def _run(run: dict[str, Any]) -> list[html.Html]:
    inputs = [
        (
            name,
            html.join(
                [item.get("path", ""), html.element("br"), f"SHA-256 {item.get('sha256', '–')[:12]}"], " "
            ),
        )
        for name, item in (run["inputs"] or {}).items()
    ]
    settings = run["config"] or {}
    facts = [
        (name, settings[name]) for name in ("strands", "shifts_bp", "indels", "precision") if name in settings
    ]
    command = html.element("pre", html.element("code", run["command_line"] or ""))
    versions = ", ".join(f"{name} {value}" for name, value in (run["versions"] or {}).items())
    return [command, html.facts([*inputs, *facts, ("versions", versions)])]
